"""Selective Gaussian Blur: softens the picture around what the mask protects."""

from __future__ import annotations

import math
from functools import partial
from typing import Any

import torch
from comfy_api.latest import io

from ..softfocus.at_settings import apply_blur
from ..softfocus.settings import BLUR, BlurSettings
from .faces.notes import notes, softness_note
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, boxes_input, number
from .picture_effect import run_effect
from .preview.cache import HIDDEN

FLOATS_PER_PIXEL = 52
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
                boxes_input(
                    "From Face Detail Mask, found in a picture of this size: near a face the blur is at most what it would be "
                    "on a face that takes a fifth of the diagonal.",
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
        bboxes: Any = None,
    ) -> io.NodeOutput:
        settings = {"sigma": sigma, "unit": unit, "max_delta": max_delta, "linear_light": linear_light}
        batch = Batch.of(image, masks={"protect_mask": protect_mask}, bboxes=bboxes)
        (blurred,) = run_effect(
            cls,
            partial(_blur, whole_diagonal=math.hypot(*batch.size)),
            settings,
            batch,
            outputs=("image",),
            floats_per_pixel=FLOATS_PER_PIXEL,
            neutral=sigma == 0,
        )
        note = batch.empty_note("protect_mask", "nothing is protected, the whole picture softens")
        return io.NodeOutput(blurred, ui={"text": (notes(note, softness_note(batch, "sigma")),)})


def _blur(frames: Frames, *, whole_diagonal: float, sigma: float, unit: str, **settings: Any) -> tuple[torch.Tensor]:
    """The softened picture; a sigma in pixels means those of a picture of that diagonal, also in a small copy of it."""
    percent = sigma if unit == PERCENT else 100 * sigma / whole_diagonal
    settings["sigma"] = percent
    protect = frames.masks["protect_mask"]
    return (apply_blur(frames.rgb, BlurSettings(**settings), protect=protect, alpha=frames.alpha, faces=frames.faces),)
