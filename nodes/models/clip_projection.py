"""Finds the text projection that belongs to a CLIP_VISION: the matrix that takes texts to where pictures are.

Checkpoints of SD1.5 do not hold it. The host makes the layer all the same and fills it with nothing: what lies in
memory there may be anything, also a real projection of a CLIP unloaded before. No mark tells the layers that were
loaded from those that were not, so the one inside a CLIP is never used, and what a CLIP gives as pooled output neither.
A text encoder's own file is not trusted either: Save CLIP writes such an unfilled layer out like any other.
"""

from __future__ import annotations

from pathlib import Path
from typing import NamedTuple

from safetensors import SafetensorError, safe_open
from torch import Tensor

from .files import files_of_host, kept_until_changed, path_of

FOLDERS = ("clip_vision", "text_encoders")
SAME = 4e-3  # relative difference of two copies of one matrix: bfloat16 rounds by 2e-3, half precision by 3e-4
# By transformers; by OpenAI, transposed.
PROJECTION = ("text_projection.weight", "text_projection")
VISUAL = ("visual_projection.weight", "visual.proj")
LAST_NORM = ("text_model.final_layer_norm.weight", "ln_final.weight")
WHAT_TO_PUT = (
    "put model.safetensors of openai/clip-vit-large-patch14 (it holds both halves of CLIP) under any name into "
    "models/clip_vision/ and choose it in Load CLIP Vision"
)


class CannotJudge(Exception):
    """Why CLIP has nothing to say, as a sentence for the user."""


class Projection(NamedTuple):
    """From a whole CLIP's file, float32 on the CPU.

    Attributes:
        matrix: [D, W], from the text encoder's W to the D of image embeddings.
        visual: [D, V], the same of the vision model.
        last_norm: [W] weights of the text encoder's last norm, by which it is known.
        name: of the file.
    """

    matrix: Tensor
    visual: Tensor
    last_norm: Tensor
    name: str


def find_projection(visual: Tensor) -> Projection:
    """The projection from the first file that holds both halves of CLIP, with `visual` [D, V] as its visual projection.

    Raises:
        CannotJudge: there is none; the sentence says what to put where.
    """
    foreign = []
    for folder in FOLDERS:
        for name in files_of_host(folder):
            found = _read_if_whole(folder, name)
            if found is not None and _same(found.visual, visual):
                return found
            foreign += [] if found is None else [name]
    if foreign:
        raise CannotJudge(
            f"The text projections found ({', '.join(foreign[:3])}) belong to other vision models than clip_vision, so "
            f"that texts cannot be compared with pictures: choose one of these files in Load CLIP Vision, or {WHAT_TO_PUT}."
        )
    raise CannotJudge(f"No text projection was found, and SD1.5 checkpoints hold none: {WHAT_TO_PUT}.")


def is_text_encoder_of(projection: Projection, last_norm: Tensor) -> bool:
    """Whether the weights [W] of a text encoder's last norm are those of the file."""
    return _same(projection.last_norm, last_norm)


def _same(first: Tensor, second: Tensor) -> bool:
    """Whether two tensors differ by no more than rounding."""
    if first.shape != second.shape:
        return False
    second = second.detach().cpu().float()
    return float((first - second).norm()) <= SAME * float(first.norm())


def _read_if_whole(folder: str, name: str) -> Projection | None:
    """What is needed of one file; None where it cannot be read or does not hold both halves."""
    try:
        return _read(path_of(folder, name))
    except (OSError, SafetensorError):
        return None


@kept_until_changed(32)  # 6 MB for a whole CLIP, nothing for other files
def _read(path: Path) -> Projection | None:
    """Read the header and, if all is there, three small tensors."""
    with safe_open(path, framework="pt") as file:
        keys = set(file.keys())
        names = [next((name for name in forms if name in keys), None) for forms in (PROJECTION, VISUAL, LAST_NORM)]
        if None in names:
            return None
        matrix, visual, last_norm = (file.get_tensor(name).float() for name in names)
    matrix = matrix.T.contiguous() if names[0] == PROJECTION[1] else matrix
    visual = visual.T.contiguous() if names[1] == VISUAL[1] else visual
    return Projection(matrix, visual, last_norm, path.name)
