"""Dreamy but Sharp: the whole look by two sliders, tuned to the picture."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise
from typing import Any

import torch
from comfy_api.latest import io

from ..softfocus.faces import detail_mask, scene_cuts, thumbnail
from ..softfocus.frame_names import name_frames
from ..softfocus.look import make_look
from ..softfocus.settings import BLOOM, MASK, LookSettings
from ..softfocus.tuning import Proxy, Sample, Samples, Tuned, describe_settings, guess, start, together, tune, wanted
from .faces.notes import notes
from .faces.results import bounding_box, say
from .faces.search import ALONE, search_faces, search_parts
from .faces.sources import choose_source
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, number
from .host.work import each_frame, map_frames
from .preview.cache import CPU, HIDDEN, remember, remembers

FLOATS_PER_PIXEL = 64
EACH, SHOT = "each alone", "one setting a shot"
NEUTRAL = "dream is 0: the picture is as it came."
FOLLOWED = "interpolate"  # of Face Detail Mask's missing_frames, in a shot


class DreamyButSharp(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusDreamyButSharp",
            display_name="Dreamy but Sharp",
            description="The whole look in one node: the picture softens and blooms, eyes and mouth stay clear. It looks for the "
            "face, tries settings on a small copy, measures each, and says which ones it took and why.",
            search_aliases=["soft focus", "dreamy", "glow", "portrait", "auto", "orton", "pro-mist"],
            inputs=[
                io.Image.Input("image", tooltip="Picture or batch. Alpha is kept; transparent pixels give no light."),
                number("dream", 0.5, 0, 1, 0.05, "How soft and glowing. 0 returns the picture as it is."),
                number(
                    "clarity", 0.5, 0, 1, 0.05, "How clear eyes and mouth stay; at 1 a little clearer than they were."
                ),
                io.String.Input(
                    "tint", default=BLOOM.tint, tooltip="Colour of the glow as #rrggbb; its brightness is kept."
                ),
                io.Combo.Input(
                    "frames",
                    options=[EACH, SHOT],
                    default=EACH,
                    tooltip="For clips: one setting a shot, whose faces are followed, so that nothing flickers.",
                ),
                io.Mask.Input(
                    "mask", optional=True, tooltip="1 = structure that stays. Not connected: the node looks for faces."
                ),
            ],
            outputs=[
                io.Image.Output(display_name="image", tooltip="The picture with the look."),
                io.Mask.Output(display_name="mask", tooltip="Where structure stayed."),
                io.String.Output(
                    display_name="settings",
                    tooltip="A line a node: the settings that give the same look there, and why.",
                ),
            ],
            hidden=list(HIDDEN),
        )

    @classmethod
    def execute(
        cls, image: torch.Tensor, dream: float, clarity: float, tint: str, frames: str, mask: torch.Tensor | None = None
    ) -> io.NodeOutput:
        sliders = Sliders(dream, clarity, tint)
        sliders.start()  # a tint that is no colour is said before anything is looked for
        batch = Batch.of(image, masks={"mask": mask})
        search = FOLLOWED if frames == SHOT else ALONE
        parts = 2 + (
            search_parts(search) + 1 if mask is None else int(frames == SHOT)
        )  # tuning and making the last two
        said = batch.empty_note("mask", "nothing stays clear")
        cuts: Sequence[int] = range(1, len(batch))  # alone, every picture is a shot
        if mask is None:
            batch, said, cuts = _find_faces(batch, search, parts)
        elif frames == SHOT:
            cuts = _find_cuts(batch, parts)
        shots = [range(first, stop) for first, stop in pairwise([0, *cuts, len(batch)]) if first < stop]
        tuned = _tune(batch, shots, sliders, (parts - 2, parts)) if dream > 0 else []
        settings = [each.settings for shot, each in zip(shots, tuned, strict=False) for _ in shot]

        def make(chunk: Frames) -> tuple[torch.Tensor, torch.Tensor]:
            made = [_look(one, settings[one.first]) if settings else one.rgb for one in chunk.each()]
            return torch.cat(made), _mask(chunk)

        picture, structure = map_frames(
            make, batch, outputs=("image", "mask"), floats_per_pixel=FLOATS_PER_PIXEL, part=(parts - 1, parts)
        )
        if dream == 0:
            picture = batch.unchanged()
        _remember(cls, batch, shots, sliders, tuned[0] if tuned else None)
        text = notes(said, NEUTRAL if dream == 0 else "", _describe(shots, [sliders.say(each) for each in tuned]))
        return io.NodeOutput(picture, structure, text, ui={"text": (text,)})


@dataclass(frozen=True)
class Sliders:
    """What the user asks for."""

    dream: float
    clarity: float
    tint: str

    def start(self) -> LookSettings:
        return start(self.dream, self.clarity, self.tint)

    def tune(self, samples: list[Samples]) -> Tuned:
        """The settings that frames share, found with a white glow: a tint is meant to move colours."""
        usual, proxies = start(self.dream, self.clarity), list(map(Proxy, samples))
        found = tune(
            lambda settings: together([each.measure(settings) for each in proxies]),
            usual,
            wanted(self.dream, self.clarity),
            usual,
        )
        bloom = replace(found.settings.bloom, tint=self.tint)
        return replace(found, settings=replace(found.settings, bloom=bloom))

    def say(self, tuned: Tuned) -> str:
        return describe_settings(tuned, wanted(self.dream, self.clarity))


def _find_faces(batch: Batch, search: str, parts: int) -> tuple[Batch, str, Sequence[int]]:
    """The batch with mask and boxes of its faces, as Face Detail Mask gives them, what is said of them, and cuts."""
    source = choose_source(batch.image, None, None, MASK.min_confidence)
    searched = replace(batch, masks={"subject_mask": None})
    found = search_faces(source, searched, search, parts)

    def draw(chunk: Frames) -> tuple[torch.Tensor]:
        return (detail_mask(chunk.rgb, found.everyone[chunk.first : chunk.first + len(chunk)], MASK),)

    part = search_parts(search), parts
    (mask,) = map_frames(draw, searched, outputs=("mask",), floats_per_pixel=FLOATS_PER_PIXEL, part=part)
    boxes = [[bounding_box(face) for face in frame] for frame in found.everyone]
    said = say(searched, source, found.faces, found.everyone, found.everyone, None)
    return Batch.of(batch.image, masks={"mask": mask}, bboxes=boxes), said, found.cuts


def _find_cuts(batch: Batch, parts: int) -> Sequence[int]:
    """Frames with which a new shot begins."""

    def reduce(chunk: Frames) -> list[torch.Tensor]:
        return list(map(thumbnail, chunk.rgb))

    return scene_cuts(each_frame(reduce, batch, floats_per_pixel=FLOATS_PER_PIXEL, part=(0, parts)))


def _samples(shot: range) -> list[int]:
    """The first, the middle and the last frame of a shot, each once."""
    return sorted({shot[0], shot[len(shot) // 2], shot[-1]})


def _tune(batch: Batch, shots: list[range], sliders: Sliders, part: tuple[int, int]) -> list[Tuned]:
    """Of every shot, on small copies of its samples, as soon as its last frame has come."""
    shot_of = [shot for shot in shots for _ in shot]
    small: dict[int, Samples] = {}

    def tune_ended(chunk: Frames) -> list[Tuned | None]:
        for index in [index for index in small if index < shot_of[chunk.first][0]]:
            del small[index]  # only now: a chunk may have to run again
        found: list[Tuned | None] = []
        for one in chunk.each():
            shot = shot_of[one.first]
            samples = _samples(shot)
            if one.first in samples:
                small[one.first] = _small(one)
            found.append(sliders.tune([small[index] for index in samples]) if one.first == shot[-1] else None)
        return found

    records = each_frame(tune_ended, batch, floats_per_pixel=FLOATS_PER_PIXEL, part=part)
    return [each for each in records if each is not None]


def _look(frame: Frames, settings: LookSettings) -> torch.Tensor:
    return make_look(frame.rgb, _mask(frame), settings, alpha=frame.alpha, faces=frame.faces).image


def _mask(frames: Frames) -> torch.Tensor:
    mask = frames.masks["mask"]
    assert mask is not None
    return mask


def _small(frame: Frames) -> Samples:
    return Samples.of(Sample(frame.rgb, _mask(frame), frame.alpha, None if frame.faces is None else frame.faces[0]))


def _describe(shots: list[range], said: list[str]) -> str:
    """What is said of every shot, those together that it is the same of."""
    if len(said) < 2:
        return "".join(said)
    return "\n".join(
        f"{name_frames([index + 1 for index in shot]).capitalize()}:\n{each}"
        for shot, each in zip(shots, said, strict=True)
    )


def _remember(cls: type[io.ComfyNode], batch: Batch, shots: list[range], sliders: Sliders, tuned: Tuned | None) -> None:
    """For the live preview: it tunes as the node does; its drafts guess from what was found."""
    if not remembers(cls):
        return
    shot = _samples(shots[0]) if shots else []
    samples = [_small(batch.frames(index, index + 1, batch.image.device)).on(CPU) for index in shot]
    remember(cls, partial(_preview, samples), vars(sliders), batch, partial(_draft, tuned))


def _preview(samples: list[Samples], frame: Frames, **sliders: Any) -> tuple[torch.Tensor]:
    """What the node makes of its first frame, tuned on samples of its shot."""
    asked = Sliders(**sliders)
    if asked.dream == 0:
        return (frame.rgb,)
    return (_look(frame, asked.tune(samples).settings),)


def _draft(tuned: Tuned | None, frame: Frames, **sliders: Any) -> tuple[torch.Tensor]:
    """About the same, at settings that are guessed from those that were found in the run."""
    asked = Sliders(**sliders)
    if asked.dream == 0:
        return (frame.rgb,)
    settings = asked.start()
    if tuned is not None:
        settings = guess(tuned, settings, wanted(asked.dream, asked.clarity))
    return (_look(frame, settings),)
