"""Feature Sharpen: brings fine detail back where the picture has structure."""

from __future__ import annotations

from typing import Any

import comfy.model_management as mm
import torch
from comfy_api.latest import io

from ..softfocus.features import FeatureEncoder, feature_strength, pca_picture, picture_grid, sharp_features
from ..softfocus.settings import SHARPEN
from ..softfocus.sharpen import Sharpened, feature_sharpen
from ..softfocus.units import percent_of_diagonal
from .host import Frames, map_frames
from .preview_cache import HIDDEN, remember
from .schema import Schema, number
from .vision_encoders import ClipVisionEncoder

FLOATS_PER_PIXEL = 36


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
        clip_vision: Any = None,
        encoder: FeatureEncoder | None = None,
    ) -> io.NodeOutput:
        seer = _seer(encoder, clip_vision)
        factor = int(upsample)
        settings = {
            "amount": amount,
            "radius": radius,
            "floor": floor,
            "noise_threshold": noise_threshold,
            "halo_limit": halo_limit,
        }
        strengths: dict[int, torch.Tensor] = {}  # of the first frame, for the preview, which asks no encoder

        def op(frames: Frames) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            source, subject = frames.images["detail_source"], frames.masks["mask"]
            strength = shown = None
            if seer is not None:
                seen = frames.rgb if source is None else source
                features = sharp_features(
                    seer, seen, factor, between_tiles=mm.throw_exception_if_processing_interrupted
                )
                strength = feature_strength(features, seen, subject)
                if frames.first == 0:
                    strengths[0] = strength[:1].clone()
                shown = pca_picture(features, (seen.shape[-2], seen.shape[-1]))
            sharpened = _sharpen(frames, strength, **settings)
            return sharpened.image, sharpened.gain, sharpened.features if shown is None else shown

        masks, images = {"mask": mask}, {"detail_source": detail_source}
        sharp, gain, features = map_frames(
            op,
            image,
            outputs=("image", "mask", "picture"),
            floats_per_pixel=FLOATS_PER_PIXEL,
            masks=masks,
            images=images,
        )
        remember(cls, _sharpen_again, settings, image, masks | {"strength": strengths.get(0)}, images)
        return io.NodeOutput(
            image if amount == 0 else sharp, gain, features, ui={"text": (_said(seer, factor, image),)}
        )


def _sharpen(frames: Frames, strength: torch.Tensor | None, *, radius: float, **settings: float) -> Sharpened:
    return feature_sharpen(
        frames.rgb,
        radius_px=percent_of_diagonal(frames.rgb, radius),
        source=frames.images["detail_source"],
        mask=frames.masks["mask"],
        strength=strength,
        **settings,
    )


def _sharpen_again(frames: Frames, **settings: float) -> tuple[torch.Tensor]:
    """The sharpened picture, with what an encoder saw in the run before."""
    return (_sharpen(frames, frames.masks["strength"], **settings).image,)


def _seer(encoder: FeatureEncoder | None, clip_vision: Any) -> FeatureEncoder | None:
    """The encoder to see with; None for the structure tensor of the picture itself."""
    if encoder is None:
        return None if clip_vision is None else ClipVisionEncoder(clip_vision)
    if not all(hasattr(encoder, name) for name in ("name", "patch", "side", "encode")):
        raise ValueError(f"encoder is a {type(encoder).__name__}; connect the output of Load Vision Encoder (timm)")
    return encoder


def _said(seer: FeatureEncoder | None, factor: int, image: torch.Tensor) -> str:
    if seer is None:
        unused = "" if factor == 1 else f" upsample {factor} has no effect without clip_vision or encoder."
        return "Structure by the picture's own edges (structure tensor at three scales, every pixel)." + unused
    rows, columns = picture_grid(image.shape[1], image.shape[2], seer.side // seer.patch)
    path = "as they are" if factor == 1 else f"{factor} times finer, from the whole and from tiles"
    return f"Structure by {seer.name}: {columns * factor} x {rows * factor} features, {path}."
