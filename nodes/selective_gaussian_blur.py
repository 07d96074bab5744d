"""Selective Gaussian Blur: softens the picture around what the mask protects."""

from __future__ import annotations

from functools import partial

import torch
from comfy_api.latest import io

from ..softfocus.selective_blur import selective_gaussian_blur
from ..softfocus.units import percent_of_diagonal
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, number
from .picture_effect import run_effect
from .preview.cache import HIDDEN

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
        batch = Batch.of(image, masks={"protect_mask": protect_mask})
        (blurred,) = run_effect(
            cls,
            partial(_blur, whole_width=batch.size[1]),
            settings,
            batch,
            outputs=("image",),
            floats_per_pixel=FLOATS_PER_PIXEL,
            neutral=sigma == 0,
        )
        note = batch.empty_note("protect_mask", "nothing is protected, the whole picture softens")
        return io.NodeOutput(blurred, ui={"text": (note,)})


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
