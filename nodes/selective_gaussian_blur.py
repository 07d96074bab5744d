"""Selective Gaussian Blur: softens the picture around what the mask protects."""

from __future__ import annotations

from functools import partial

import torch
from comfy_api.latest import io

from ..softfocus.selective_blur import selective_gaussian_blur
from ..softfocus.settings import BLUR
from ..softfocus.units import percent_of_diagonal
from .host import Frames, map_frames
from .preview_cache import HIDDEN, remember
from .schema import Schema, number

FLOATS_PER_PIXEL = 36
PERCENT, PIXELS = "% of diagonal", "pixels"


class SelectiveGaussianBlur(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
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
                    "sigma",
                    BLUR.sigma,
                    0,
                    400,
                    0.05,
                    "Width of the blur, in the unit below. 0 returns the picture as it is.",
                ),
                io.Combo.Input(
                    "unit",
                    options=[PERCENT, PIXELS],
                    default=PERCENT,
                    tooltip="Percent of the diagonal looks the same at every size.",
                ),
                number(
                    "max_delta",
                    BLUR.max_delta,
                    0,
                    1,
                    0.01,
                    "Only neighbours whose sRGB value differs by at most this count, as in GIMP (whose radius is sigma "
                    "in pixels, squared). 1: all of them, a plain Gaussian.",
                ),
                io.Boolean.Input(
                    "linear_light",
                    default=BLUR.linear_light,
                    tooltip="Average light, as a lens does, rather than sRGB values.",
                ),
                io.Mask.Input(
                    "protect_mask", optional=True, tooltip="1 = stays sharp and does not bleed into the blur."
                ),
            ],
            outputs=[io.Image.Output(display_name="image", tooltip="The softened picture.")],
            hidden=list(HIDDEN),
        )

    @classmethod
    def execute(
        cls,
        image: torch.Tensor,
        sigma: float,
        unit: str,
        max_delta: float,
        linear_light: bool,
        protect_mask: torch.Tensor | None = None,
    ) -> io.NodeOutput:
        settings = {"sigma": sigma, "unit": unit, "max_delta": max_delta, "linear_light": linear_light}
        masks = {"protect_mask": protect_mask}
        op = partial(_blur, whole_width=image.shape[2])
        remember(cls, op, settings, image, masks)
        if sigma == 0:
            return io.NodeOutput(image)
        (blurred,) = map_frames(
            partial(op, **settings), image, outputs=("image",), floats_per_pixel=FLOATS_PER_PIXEL, masks=masks
        )
        return io.NodeOutput(blurred)


def _blur(
    frames: Frames, *, whole_width: int, sigma: float, unit: str, max_delta: float, linear_light: bool
) -> tuple[torch.Tensor]:
    """The softened picture; a sigma in pixels means those of a picture of `whole_width`, also in a small copy of it."""
    in_pixels = sigma * frames.rgb.shape[-1] / whole_width
    soft = selective_gaussian_blur(
        frames.rgb,
        percent_of_diagonal(frames.rgb, sigma) if unit == PERCENT else in_pixels,
        protect=frames.masks["protect_mask"],
        alpha=frames.alpha,
        linear_light=linear_light,
        max_delta=max_delta,
    )
    return (soft,)
