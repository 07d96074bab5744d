"""Feature Sharpen: brings fine detail back where the picture has structure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import comfy.model_management as mm
import torch
from comfy_api.latest import io

from ..softfocus.at_settings import apply_sharpen
from ..softfocus.features import FeatureEncoder, feature_strength, pca_picture, picture_grid, sharp_features
from ..softfocus.settings import LEAST_SHARE, MOST_SHARE, SHARPEN, SharpenSettings
from .faces.notes import detail_note, notes
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, boxes_input, number
from .models.vision_encoders import NO_TOWER, NOT_CONNECTED, ClipVisionEncoder
from .picture_effect import run_effect
from .preview.cache import HIDDEN

FLOATS_PER_PIXEL = 36
DIAGONAL = (
    "The scale of detail is percent of the diagonal; with the bboxes of Face Detail Mask it is that of each face."
)
TEXTURES = {
    "fine": "Share of the finest texture (pores, lashes) that returns: below 0.2 % of the face's width at radius 0.15. "
    "Below 0 the picture's own softens too.",
    "medium": "Share of the texture between fine and coarse that returns, 0.2 to 1.5 % of the face's width: lines, blotches "
    "of skin.",
    "coarse": "Share of the coarsest texture that returns, above 1.5 % of the face's width: form of lids, lips and nose.",
}


class FeatureSharpen(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusFeatureSharpen",
            display_name="Feature Sharpen",
            description="Returns fine detail where there is structure, and only there. With a detail source (the picture "
            "before blur and bloom) its detail is restored while the dreamy tones stay; without it the picture is sharpened.",
            search_aliases=["sharpen", "detail", "unsharp mask", "restore detail", "clarity"],
            inputs=[
                io.Image.Input("image", tooltip="The soft picture. Only its fine luma detail changes."),
                number(
                    "amount",
                    SHARPEN.amount,
                    0,
                    4,
                    0.05,
                    "1 restores the source's detail, above 1 exceeds it, 0 returns the picture.",
                ),
                number(
                    "radius",
                    SHARPEN.radius,
                    0.01,
                    2,
                    0.01,
                    "Scale of the finest detail, in percent of the diagonal; bands reach about 4x it.",
                ),
                number(
                    "floor",
                    SHARPEN.floor,
                    0,
                    1,
                    0.05,
                    "Gain where there is no structure: 0 keeps flats soft, 1 sharpens everywhere.",
                ),
                number(
                    "noise_threshold",
                    SHARPEN.noise_threshold,
                    0,
                    1,
                    0.005,
                    "Edge contrast (0..1) at which the gain is half way up.",
                    True,
                ),
                number(
                    "halo_limit",
                    SHARPEN.halo_limit,
                    0,
                    1,
                    0.005,
                    "How far an edge may pass its surroundings' lightest and darkest value.",
                    True,
                ),
                io.Combo.Input(
                    "upsample",
                    options=["1", "2", "4"],
                    default="1",
                    tooltip="How much finer than an encoder's own its map of features gets: it looks at tiles too, about "
                    "10 of them for 2 and 26 for 4. Without an encoder the map has every pixel already.",
                ),
                io.Mask.Input("mask", optional=True, tooltip="1 = detail returns here. Not connected: everywhere."),
                io.Image.Input("detail_source", optional=True, tooltip="The same picture before it was softened."),
                io.ClipVision.Input(
                    "clip_vision",
                    optional=True,
                    tooltip="From Load CLIP Vision: detail returns where its features change, most on what the mask is on.",
                ),
                io.Custom("SOFTFOCUS_ENCODER").Input(
                    "encoder", optional=True, tooltip="From Load Vision Encoder (timm); used instead of clip_vision."
                ),
                boxes_input(
                    "From Face Detail Mask, found in a picture of this size: at a face radius counts in a fifth of its "
                    "width (0.15: 0.75 % of it), and its tones stay. Not connected: percent of the diagonal.",
                ),
                *(
                    number(name, getattr(SHARPEN, name), LEAST_SHARE, MOST_SHARE, 0.05, text, True, optional=True)
                    for name, text in TEXTURES.items()
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The picture with its detail."),
                io.Mask.Output(
                    display_name="gain", tooltip="How much detail was let through, before the mask: 1 = all."
                ),
                io.Image.Output(
                    display_name="features",
                    tooltip="What is seen: an encoder's features by their three strongest directions; without one, the gain of "
                    "the fine, middle and coarse band.",
                ),
            ],
            hidden=list(HIDDEN),
        )

    @classmethod
    def execute(
        cls,
        image: torch.Tensor,
        amount: float,
        radius: float,
        floor: float,
        noise_threshold: float,
        halo_limit: float,
        upsample: str,
        mask: torch.Tensor | None = None,
        detail_source: torch.Tensor | None = None,
        clip_vision: Any = NOT_CONNECTED,
        encoder: FeatureEncoder | None = None,
        bboxes: Any = None,
        fine: float = SHARPEN.fine,
        medium: float = SHARPEN.medium,
        coarse: float = SHARPEN.coarse,
    ) -> io.NodeOutput:
        tower_note = NO_TOWER if encoder is None and clip_vision is None else ""
        encoder = _encoder(encoder, clip_vision)
        factor = int(upsample)
        settings = {
            "amount": amount,
            "radius": radius,
            "floor": floor,
            "noise_threshold": noise_threshold,
            "halo_limit": halo_limit,
            "fine": fine,
            "medium": medium,
            "coarse": coarse,
        }
        batch = Batch.of(image, masks={"mask": mask}, images={"detail_source": detail_source}, bboxes=bboxes)
        outputs: tuple[str, ...] = ("image", "mask", "picture")
        op: Callable[..., Sequence[torch.Tensor]] = _sharpen
        preview_op = None
        if encoder is not None:
            op, preview_op = partial(_sharpen_by_encoder, encoder=encoder, factor=factor), _sharpen_by_last
            outputs += ("first mask",)
        sharp, gain, features, *_ = run_effect(
            cls,
            op,
            settings,
            batch,
            outputs=outputs,
            floats_per_pixel=FLOATS_PER_PIXEL,
            neutral=amount == 0,
            preview_op=preview_op,
        )
        return io.NodeOutput(sharp, gain, features, ui={"text": (notes(tower_note, _text(encoder, factor, batch)),)})


def _sharpen(
    frames: Frames, strength: torch.Tensor | None = None, **settings: float
) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
    """The sharpened picture, its gain, and the gain of each band; strength as for `apply_sharpen`."""
    sharpened = apply_sharpen(
        frames.rgb,
        SharpenSettings(**settings),
        source=frames.images["detail_source"],
        mask=frames.masks["mask"],
        strength=strength,
        alpha=frames.alpha,
        faces=frames.faces,
    )
    assert sharpened.features is not None
    return sharpened.image, sharpened.gain, sharpened.features


def _sharpen_by_encoder(
    frames: Frames, *, encoder: FeatureEncoder, factor: int, **settings: float
) -> tuple[torch.Tensor, ...]:
    """The same with an encoder, whose features are shown in place of the bands; its strength comes last."""
    source = frames.images["detail_source"]
    seen = frames.rgb if source is None else source
    features = sharp_features(encoder, seen, factor, between_tiles=mm.throw_exception_if_processing_interrupted)
    strength = feature_strength(features, seen, frames.masks["mask"], frames.alpha)
    image, gain, _ = _sharpen(frames, strength, **settings)
    return image, gain, pca_picture(features, frames.size), strength


def _sharpen_by_last(frames: Frames, **settings: float) -> tuple[torch.Tensor, ...]:
    """The same with what an encoder saw in the run before: the preview asks none."""
    return _sharpen(frames, frames.masks["last"], **settings)


def _encoder(encoder: FeatureEncoder | None, clip_vision: Any) -> FeatureEncoder | None:
    """The encoder to see with; None for the structure tensor of the picture itself."""
    if encoder is None:
        return None if clip_vision is None or clip_vision is NOT_CONNECTED else ClipVisionEncoder(clip_vision)
    if not all(hasattr(encoder, name) for name in ("name", "patch", "side", "encode")):
        raise ValueError(f"encoder is a {type(encoder).__name__}; connect the output of Load Vision Encoder (timm)")
    return encoder


def _text(encoder: FeatureEncoder | None, factor: int, batch: Batch) -> str:
    """By what structure is told, at whose scale, and what an empty mask means; where nothing returns, only that."""
    note = batch.empty_note("mask", "no detail returns there")
    if note and all(batch.empty["mask"]):
        return batch.empty_note("mask", "no detail returns, the picture stays as soft as it came")
    return notes(note, _structure(encoder, factor, batch), detail_note(batch))


def _structure(encoder: FeatureEncoder | None, factor: int, batch: Batch) -> str:
    if encoder is None:
        unused = "" if factor == 1 else f" upsample {factor} has no effect without clip_vision or encoder."
        return "Structure by the picture's own edges (structure tensor at three scales, every pixel)." + unused
    rows, columns = picture_grid(*batch.size, encoder.side // encoder.patch)
    path = "as they are" if factor == 1 else f"{factor} times finer, from the whole and from tiles"
    return f"Structure by {encoder.name}: {columns * factor} x {rows * factor} features, {path}."
