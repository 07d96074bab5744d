"""Match a Filter: which diffusion filter explains the change between two pictures."""

from __future__ import annotations

import comfy.model_management as mm
from comfy_api.latest import io, ui
from torch import Tensor

from ..softfocus.light.preset import write_preset
from ..softfocus.matching.filter_match import FilterMatch, check_same_size, match_filter
from ..softfocus.matching.report import GRADE_0, write_report, write_title
from ..softfocus.matching.spread_plot import draw_spreads
from ..softfocus.settings import DiffusionSettings
from .faces.notes import notes
from .host.batch import Batch
from .host.frames import Frames
from .host.layouts import check_image
from .host.memory import intermediate_dtype
from .host.schema import Schema
from .host.work import each_frame

FLOATS_PER_PIXEL = 110  # of a picture of 1024 px; larger ones are looked at on its grid, and take fewer
NO_FRAMES = f"There is no picture. {GRADE_0}"
FIRST = "Of several pictures, the first of each input was looked at."
ALIGNED = "aligned pixel by pixel and of the same size"


class MatchFilter(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusMatchFilter",
            display_name="Match a Filter",
            description="Finds the diffusion filter between two pictures of one scene, seen without it and with it: family, "
            "grade, size, warmth and halation, how sure that is, and whether such a filter explains the change at all. The "
            "preset sets Diffusion Filter.",
            search_aliases=["identify filter", "measure diffusion", "point spread", "pro-mist", "reverse"],
            inputs=[
                io.Image.Input(
                    "image_without",
                    tooltip=f"The scene without the filter, {ALIGNED} as image_with. Of a batch, the first picture counts.",
                ),
                io.Image.Input(
                    "image_with",
                    tooltip=f"The same scene through the filter, {ALIGNED}. Its exposure may be a little other.",
                ),
            ],
            outputs=[
                io.String.Output(display_name="report", tooltip="What was found and how sure it is, in sentences."),
                io.String.Output(
                    display_name="preset",
                    tooltip="One line for Diffusion Filter's preset; grade 0 where no filter explains the pair.",
                ),
                io.Image.Output(
                    display_name="plot",
                    tooltip="Both point spreads: the matched filter's, and what the pair itself says.",
                ),
            ],
        )

    @classmethod
    def execute(cls, image_without: Tensor, image_with: Tensor) -> io.NodeOutput:
        for image, name in ((image_without, "image_without"), (image_with, "image_with")):
            check_image(image, name)
        check_same_size(image_without.movedim(-1, 1), image_with.movedim(-1, 1))
        count = min(len(image_without), len(image_with), 1)
        batch = Batch.of(image_without[:count], images={"image_with": image_with[:count]})
        matches = each_frame(_match, batch, floats_per_pixel=FLOATS_PER_PIXEL)
        report = notes(write_report(matches[0]) if matches else NO_FRAMES, _first_only(image_without, image_with))
        preset = write_preset(matches[0].settings if matches else DiffusionSettings(grade=0.0))
        title, curves = (write_title(matches[0]), matches[0].curves) if matches else (NO_FRAMES, ())
        plot = draw_spreads(title, curves).movedim(1, -1).contiguous()
        images = ui.PreviewImage(plot, cls=cls).as_dict()["images"]
        plot = plot.to(mm.intermediate_device(), intermediate_dtype())
        return io.NodeOutput(report, preset, plot, ui={"images": images, "text": (report,)})


def _match(frames: Frames) -> list[FilterMatch]:
    seen = frames.images["image_with"]
    assert seen is not None
    return [match_filter(each[None], other[None]) for each, other in zip(frames.rgb, seen, strict=True)]


def _first_only(image_without: Tensor, image_with: Tensor) -> str:
    """That one pair is looked at, where there are more."""
    return (
        FIRST if min(len(image_without), len(image_with)) > 0 and max(len(image_without), len(image_with)) > 1 else ""
    )
