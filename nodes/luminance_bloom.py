"""Luminance Bloom: the glow of a diffusion filter."""

from __future__ import annotations

from typing import Any

import torch
from comfy_api.latest import io

from ..softfocus.at_settings import apply_bloom
from ..softfocus.settings import BLOOM, BloomSettings
from .faces.notes import notes, softness_note
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, boxes_input, number
from .picture_effect import run_effect
from .preview.cache import HIDDEN

FLOATS_PER_PIXEL = 26  # a third of them for transparency


class LuminanceBloom(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusLuminanceBloom",
            display_name="Luminance Bloom",
            description="Lets light scatter as behind a diffusion filter: in linear light, over five scales, with its "
            "energy kept. Threshold 0 is a Pro-Mist (all light scatters), a higher one glows only around highlights.",
            search_aliases=["glow", "pro-mist", "soft focus", "halation", "dreamy", "orton"],
            inputs=[
                io.Image.Input("image", tooltip="Picture or batch. Alpha is kept; transparent pixels do not shine."),
                number(
                    "intensity",
                    BLOOM.intensity,
                    0,
                    1,
                    0.05,
                    "Share of the light that scatters. 0 returns the picture as it is.",
                ),
                number(
                    "threshold",
                    BLOOM.threshold,
                    0,
                    1,
                    0.05,
                    "Linear luminance from which light scatters. 0: all light (Pro-Mist).",
                ),
                number("knee", BLOOM.knee, 0, 1, 0.05, "Softness of the threshold, as a share of it.", advanced=True),
                number(
                    "radius",
                    BLOOM.radius,
                    0.01,
                    20,
                    0.25,
                    "Sigma of the widest glow, in percent of the picture's diagonal.",
                ),
                number(
                    "falloff",
                    BLOOM.falloff,
                    0,
                    1,
                    0.05,
                    "0: a wide veil. 0.5: light falls with distance squared. 0.67: cubed, as in most lenses. 1: a tight glow.",
                ),
                number(
                    "highlight_boost",
                    BLOOM.highlight_boost,
                    0,
                    4,
                    0.25,
                    "Stops by which clipped highlights were brighter in truth: they glow more and stay white.",
                    advanced=True,
                ),
                io.String.Input(
                    "tint", default=BLOOM.tint, tooltip="Colour of the glow as #rrggbb; its brightness is kept."
                ),
                io.Mask.Input(
                    "protect_mask", optional=True, tooltip="1 = no light is added here; it still shines outwards."
                ),
                number(
                    "halation",
                    BLOOM.halation,
                    0,
                    1,
                    0.05,
                    "A rim around highlights as on film, red further out. As strong as intensity lets it be.",
                    advanced=True,
                    optional=True,  # later than the first release: a saved prompt may lack it
                ),
                boxes_input(
                    "From Face Detail Mask, found in a picture of this size: near a face the radius is at most what it would be "
                    "on a face that takes a fifth of the diagonal.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The picture with its glow."),
                io.Image.Output(
                    display_name="bloom", tooltip="The light that was added: in linear light, image = input + bloom."
                ),
            ],
            hidden=list(HIDDEN),
        )

    @classmethod
    def execute(
        cls,
        image: torch.Tensor,
        intensity: float,
        threshold: float,
        knee: float,
        radius: float,
        falloff: float,
        highlight_boost: float,
        tint: str,
        protect_mask: torch.Tensor | None = None,
        halation: float = 0.0,
        bboxes: Any = None,
    ) -> io.NodeOutput:
        settings: dict[str, Any] = {
            "intensity": intensity,
            "threshold": threshold,
            "knee": knee,
            "radius": radius,
            "falloff": falloff,
            "highlight_boost": highlight_boost,
            "tint": tint,
            "halation": halation,
        }
        batch = Batch.of(image, masks={"protect_mask": protect_mask}, bboxes=bboxes)
        bloomed, added = run_effect(
            cls,
            _bloom,
            settings,
            batch,
            outputs=("image", "picture"),
            floats_per_pixel=FLOATS_PER_PIXEL,
            neutral=intensity == 0,
        )
        still = "intensity is 0: halation does not act." if intensity == 0 and halation > 0 else ""
        empty = batch.empty_note("protect_mask", "no place is kept from the glow")
        return io.NodeOutput(bloomed, added, ui={"text": (notes(still, empty, softness_note(batch, "radius")),)})


def _bloom(frames: Frames, **settings: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """The picture with its glow, and the light that was added."""
    protect = frames.masks["protect_mask"]
    return apply_bloom(frames.rgb, BloomSettings(**settings), protect=protect, alpha=frames.alpha, faces=frames.faces)
