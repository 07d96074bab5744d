"""The two halves of CLIP as the host has them: pictures and texts to vectors of one space."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, cast

import comfy.model_management as mm
import torch
from torch import Tensor, nn

from .clip_projection import CannotJudge, find_projection, is_text_encoder_of
from .vision_encoders import BYTES_PER_PIXEL

LAST_NORM = "clip_l.transformer.text_model.final_layer_norm.weight"  # in the host's state dict of a CLIP


class ImageTower:
    """A CLIP_VISION that projects pictures to where CLIP's texts are.

    Attributes:
        side: of its pictures, in pixels.
        width: D of its embeddings.
        visual: [D, V], its projection.

    Raises:
        CannotJudge: it is no CLIP.
    """

    def __init__(self, clip_vision: Any) -> None:
        projection = getattr(getattr(clip_vision, "model", None), "visual_projection", None)
        if not isinstance(projection, nn.Module) or not hasattr(clip_vision, "encode_image"):
            raise CannotJudge(
                "clip_vision is no CLIP (SigLIP and DINO have no texts to compare with): load CLIP ViT-L/14 with Load CLIP Vision."
            )
        self._clip_vision = clip_vision
        self.side = int(clip_vision.image_size)
        self.visual = cast(Tensor, projection.weight)
        self.width = len(self.visual)

    def embed(self, squares: Tensor) -> Tensor:
        """[N, 3, side, side] sRGB 0..1, all in one go, to [N, D] float32 on the CPU; the host rounds them to 8 bits."""
        pixels = squares.shape[0] * squares.shape[-2] * squares.shape[-1]
        mm.load_models_gpu([self._clip_vision.patcher], memory_required=BYTES_PER_PIXEL * pixels)
        with torch.no_grad():
            seen = self._clip_vision.encode_image(squares.movedim(1, -1))
            return seen["image_embeds"].float().cpu()


class TextTower:
    """A CLIP of one CLIP-L text encoder, with the projection that belongs to an `ImageTower`.

    Attributes:
        notes: what the user should know of its texts, as sentences.

    Raises:
        CannotJudge: there is no such projection, or the text encoder is another one.
    """

    def __init__(self, clip: Any, images: ImageTower) -> None:
        if not hasattr(clip, "tokenize") or not hasattr(clip, "encode_from_tokens"):
            raise CannotJudge("clip is no CLIP: connect that of an SD1.5 checkpoint.")
        self._clip = clip
        parts = clip.tokenize("")
        if not isinstance(parts, dict) or set(parts) != {"l"}:
            named = ", ".join(sorted(map(str, parts))) if isinstance(parts, dict) else "unknown"
            raise CannotJudge(
                f"clip is not one CLIP-L text encoder (its parts: {named}), as that of SDXL is not: connect the CLIP of an "
                "SD1.5 checkpoint, or a CLIP-L file by Load CLIP."
            )
        self._projection = find_projection(images.visual)
        self._check_width(self._pooled(parts))
        self.notes = [] if self._is_original() else [self._fine_tune_note()]

    def embed(self, texts: Sequence[str]) -> Tensor:
        """[N, D] float32 on the CPU. Of a text beyond CLIP's 75 tokens only the beginning counts, and a note says so."""
        pooled, cut = [], 0
        for text in texts:
            mm.throw_exception_if_processing_interrupted()
            tokens = self._clip.tokenize(text)
            cut += len(tokens["l"]) > 1
            pooled.append(self._pooled({"l": tokens["l"][:1]}))
        if cut:
            self.notes.append(
                f"{cut} of the prompt's phrases are longer than the 75 tokens that CLIP reads: only their beginning counts."
            )
        return torch.cat(pooled) @ self._projection.matrix.T

    def _pooled(self, tokens: Any) -> Tensor:
        """[1, W] at the end of the text, not projected. The host gives that of one text at a time only."""
        with torch.no_grad():
            _, pooled = self._clip.encode_from_tokens(tokens, return_pooled="unprojected")
        return pooled.float().cpu()

    def _check_width(self, pooled: Tensor) -> None:
        wanted = self._projection.matrix.shape[1]
        if pooled.shape[-1] != wanted:
            raise CannotJudge(
                f"The text encoder of clip is {pooled.shape[-1]} wide, that of {self._projection.name} {wanted}: connect the "
                "CLIP of an SD1.5 checkpoint."
            )

    def _is_original(self) -> bool:
        norm = self._clip.get_sd().get(LAST_NORM)
        return norm is not None and is_text_encoder_of(self._projection, norm)

    def _fine_tune_note(self) -> str:
        return (
            f"The text encoder of clip is not the one in {self._projection.name} but was trained further: what CLIP says of "
            "texts can only be compared within a batch."
        )
