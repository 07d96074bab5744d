"""Selective Gaussian Blur: softens the picture around what the mask protects."""

from __future__ import annotations

import torch
from comfy_api.latest import io

from ..softfocus.selective_blur import selective_gaussian_blur
from ..softfocus.units import percent_of_diagonal
from .host import Frames, map_frames
from .schema import node_schema, number

FLOATS_PER_PIXEL = 36
PERCENT, PIXELS = "% of diagonal", "pixels"


class SelectiveGaussianBlur(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return node_schema(
            node_id="SoftFocusSelectiveGaussianBlur",
            display_name="Selective Gaussian Blur",
            description="Gaussian blur that leaves the protected region sharp and takes nothing from it: a bright face "
            "does not smear into the soft background.",
            search_aliases=[
                "gaussian blur",
                "masked blur",
                "soften",
                "skin smoothing",
                "surface blur",
                "edge preserving",
            ],
            inputs=[
                io.Image.Input("image", tooltip="Picture or batch. Alpha is kept; transparent pixels give no colour."),
                number(
                    "sigma", 0.25, 0, 400, 0.05, "Width of the blur, in the unit below. 0 returns the picture as it is."
                ),
                io.Combo.Input(
                    "unit",
                    options=[PERCENT, PIXELS],
                    default=PERCENT,
                    tooltip="Percent of the diagonal looks the same at every size.",
                ),
                number(
                    "max_delta",
                    1,
                    0,
                    1,
                    0.01,
                    "Only neighbours whose sRGB value differs by at most this count, as in GIMP (whose radius is sigma "
                    "in pixels, squared). 1: all of them, a plain Gaussian.",
                ),
                io.Boolean.Input(
                    "linear_light", default=True, tooltip="Average light, as a lens does, rather than sRGB values."
                ),
                io.Mask.Input(
                    "protect_mask", optional=True, tooltip="1 = stays sharp and does not bleed into the blur."
                ),
            ],
            outputs=[io.Image.Output(display_name="image", tooltip="The softened picture.")],
        )

    @classmethod
    def execute(cls, image, sigma, unit, max_delta, linear_light, protect_mask=None) -> io.NodeOutput:
        if sigma == 0:
            return io.NodeOutput(image)

        def op(frames: Frames) -> tuple[torch.Tensor]:
            sigma_px = percent_of_diagonal(frames.rgb, sigma) if unit == PERCENT else sigma
            protect = frames.masks["protect_mask"]
            soft = selective_gaussian_blur(
                frames.rgb,
                sigma_px,
                protect=protect,
                alpha=frames.alpha,
                linear_light=linear_light,
                max_delta=max_delta,
            )
            return (soft,)

        (blurred,) = map_frames(
            op, image, outputs=("image",), floats_per_pixel=FLOATS_PER_PIXEL, masks={"protect_mask": protect_mask}
        )
        return io.NodeOutput(blurred)
