"""Diffusion Filter: a photographic filter of a family and a grade in front of the lens."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import torch
from comfy_api.latest import io

from ..softfocus.at_settings import apply_diffusion
from ..softfocus.light.preset import read_preset
from ..softfocus.settings import DIFFUSION, FILTER_FAMILIES, MOST_GRADE, DiffusionSettings
from .faces.notes import notes, softness_note
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, boxes_input, number
from .picture_effect import run_effect
from .preview.cache import HIDDEN

FLOATS_PER_PIXEL = 48  # a third of them for transparency


class DiffusionFilter(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusDiffusionFilter",
            display_name="Diffusion Filter",
            description="The picture as through a photographer's diffusion filter: part of the light scatters, with the core, "
            "halo and far tail of a family of real filters and the strength of their grades, in linear light, its energy kept.",
            search_aliases=[
                "pro-mist",
                "black pro-mist",
                "glimmerglass",
                "cinebloom",
                "soft focus",
                "mist",
                "halation",
            ],
            inputs=[
                io.Image.Input("image", tooltip="Picture or batch. Alpha is kept; transparent pixels do not shine."),
                io.Combo.Input(
                    "family",
                    options=list(FILTER_FAMILIES),
                    default=DIFFUSION.family,
                    tooltip="glimmer: a fine glow close around small lights, contrast kept. black mist: a small glow, blacks kept. "
                    "white mist: a wide glow that lifts the shadows. cine bloom: the widest, a haze.",
                ),
                number(
                    "grade",
                    DIFFUSION.grade,
                    0,
                    MOST_GRADE,
                    0.125,
                    "Strength; makers sell 1/8, 1/4, 1/2, 1 and 2. 0 returns the picture as it is.",
                ),
                number(
                    "size",
                    DIFFUSION.size,
                    10,
                    400,
                    5,
                    "Spread in percent of the real filter's. 100 is full frame; Super 35 about 150, Micro Four Thirds 200, "
                    "medium format 645 about 60: the smaller the format, the wider the same filter looks.",
                ),
                number(
                    "warmth",
                    DIFFUSION.warmth,
                    0,
                    1,
                    0.05,
                    "Share of the real filter's warmth: outer light redder, inner light bluer. Glimmer has none.",
                ),
                number(
                    "halation",
                    DIFFUSION.halation,
                    0,
                    1,
                    0.05,
                    "A rim around highlights as on film, red further out.",
                    advanced=True,
                ),
                number(
                    "highlight_boost",
                    DIFFUSION.highlight_boost,
                    0,
                    4,
                    0.25,
                    "Stops by which clipped highlights were brighter in truth: they glow more and stay white.",
                    advanced=True,
                ),
                io.Mask.Input(
                    "protect_mask", optional=True, tooltip="1 = no light is added here; it still shines outwards."
                ),
                boxes_input(
                    "From Face Detail Mask, found in a picture of this size: near a face the spread is at most what it would be "
                    "on a face that takes a fifth of the diagonal.",
                ),
                io.String.Input(
                    "preset",
                    optional=True,
                    force_input=True,
                    tooltip="One line from Match a Filter. It replaces family, grade, size, warmth and halation.",
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The picture as seen through the filter."),
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
        family: str,
        grade: float,
        size: float,
        warmth: float,
        halation: float,
        highlight_boost: float,
        protect_mask: torch.Tensor | None = None,
        bboxes: Any = None,
        preset: str | None = None,
    ) -> io.NodeOutput:
        widgets: dict[str, Any] = {
            "family": family,
            "grade": grade,
            "size": size,
            "warmth": warmth,
            "halation": halation,
            "highlight_boost": highlight_boost,
        }
        settings = _settings(preset, widgets)
        batch = Batch.of(image, masks={"protect_mask": protect_mask}, bboxes=bboxes)
        seen, added = run_effect(
            cls,
            partial(_diffuse, preset),
            widgets,
            batch,
            outputs=("image", "picture"),
            floats_per_pixel=FLOATS_PER_PIXEL,
            neutral=settings.grade == 0,
        )
        empty = batch.empty_note("protect_mask", "no place is kept from the glow")
        text = notes(_replaced(preset, settings), _without_effect(settings), empty, softness_note(batch, "size"))
        return io.NodeOutput(seen, added, ui={"text": (text,)})


def _diffuse(preset: str | None, frames: Frames, **widgets: Any) -> tuple[torch.Tensor, torch.Tensor]:
    """The picture through the filter, and the light that was added."""
    protect = frames.masks["protect_mask"]
    return apply_diffusion(
        frames.rgb, _settings(preset, widgets), protect=protect, alpha=frames.alpha, faces=frames.faces
    )


def _settings(preset: str | None, widgets: Mapping[str, Any]) -> DiffusionSettings:
    settings = DiffusionSettings(**widgets)
    return settings if preset is None else read_preset(preset, settings)


def _replaced(preset: str | None, settings: DiffusionSettings) -> str:
    """What a connected preset sets in place of the widgets."""
    if preset is None:
        return ""
    return (
        f"preset sets {settings.family}, grade {settings.grade:g}, size {settings.size:g}, warmth {settings.warmth:g}, "
        f"halation {settings.halation:g}; these widgets do not count."
    )


def _without_effect(settings: DiffusionSettings) -> str:
    """Which settings ask for something that the others rule out."""
    still = "grade is 0: halation does not act." if settings.grade == 0 and settings.halation > 0 else ""
    grey = "glimmer has no warmth: the widget does nothing." if settings.family == "glimmer" else ""
    return notes(still, grey)
