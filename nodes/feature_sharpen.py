"""Feature Sharpen: brings fine detail back where the picture has structure."""

from __future__ import annotations

import torch
from comfy_api.latest import io

from ..softfocus.sharpen import feature_sharpen
from ..softfocus.units import percent_of_diagonal
from .host import Frames, map_frames
from .schema import node_schema, not_built_yet, not_connected_yet, number

FLOATS_PER_PIXEL = 60


class FeatureSharpen(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return node_schema(
            node_id="SoftFocusFeatureSharpen",
            display_name="Feature Sharpen",
            description="Returns fine detail where there is structure, and only there. With a detail source (the picture "
            "before blur and bloom) its detail is restored while the dreamy tones stay; without it the picture is sharpened.",
            search_aliases=["sharpen", "detail", "unsharp mask", "restore detail", "clarity"],
            inputs=[
                io.Image.Input("image", tooltip="The soft picture. Only its fine luma detail changes."),
                number(
                    "amount",
                    1,
                    0,
                    4,
                    0.05,
                    "1 restores the source's detail, above 1 exceeds it, 0 returns the picture.",
                ),
                number(
                    "radius",
                    0.15,
                    0.01,
                    2,
                    0.01,
                    "Scale of the finest detail, in percent of the diagonal; bands reach about 4x it.",
                ),
                number(
                    "floor",
                    0,
                    0,
                    1,
                    0.05,
                    "Gain where there is no structure: 0 keeps flats soft, 1 sharpens everywhere.",
                ),
                number(
                    "noise_threshold", 0.01, 0, 1, 0.005, "Edge contrast (0..1) at which the gain is half way up.", True
                ),
                number(
                    "halo_limit",
                    0.01,
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
                    tooltip="Sharpening of an encoder's feature map. Only 1 in this version.",
                ),
                io.Mask.Input("mask", optional=True, tooltip="1 = detail returns here. Not connected: everywhere."),
                io.Image.Input("detail_source", optional=True, tooltip="The same picture before it was softened."),
                io.ClipVision.Input("clip_vision", optional=True, tooltip="For a later version; leave it open."),
                io.Custom("SOFTFOCUS_ENCODER").Input(
                    "encoder", optional=True, tooltip="For a later version; leave it open."
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The picture with its detail."),
                io.Mask.Output(
                    display_name="gain", tooltip="How much detail was let through, before the mask: 1 = all."
                ),
                io.Image.Output(
                    display_name="features", tooltip="Gain of the fine, middle and coarse band as red, green, blue."
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        image,
        amount,
        radius,
        floor,
        noise_threshold,
        halo_limit,
        upsample,
        mask=None,
        detail_source=None,
        clip_vision=None,
        encoder=None,
    ) -> io.NodeOutput:
        if upsample != "1":
            raise not_built_yet("upsample", upsample, "1")
        if clip_vision is not None:
            raise not_connected_yet("clip_vision")
        if encoder is not None:
            raise not_connected_yet("encoder")

        def op(frames: Frames) -> tuple[torch.Tensor, torch.Tensor, torch.Tensor]:
            sharpened = feature_sharpen(
                frames.rgb,
                amount=amount,
                radius_px=percent_of_diagonal(frames.rgb, radius),
                floor=floor,
                noise_threshold=noise_threshold,
                halo_limit=halo_limit,
                source=frames.images["detail_source"],
                mask=frames.masks["mask"],
            )
            return sharpened.image, sharpened.gain, sharpened.features

        sharp, gain, features = map_frames(
            op,
            image,
            outputs=("image", "mask", "picture"),
            floats_per_pixel=FLOATS_PER_PIXEL,
            masks={"mask": mask},
            images={"detail_source": detail_source},
        )
        return io.NodeOutput(image if amount == 0 else sharp, gain, features)
