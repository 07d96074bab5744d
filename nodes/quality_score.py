"""Quality Score: what the effect did, in numbers and sentences, and which picture of a batch is best."""

from __future__ import annotations

import torch
from comfy_api.latest import io, ui
from torch import Tensor

from ..softfocus.quality import Effect, draw_chart, fit_order, measure_effects, parse_preferences, rank, write_report
from .host import Frames, intermediate_dtype, map_frames
from .schema import node_schema, not_built_yet, not_connected_yet

FLOATS_PER_PIXEL = 80
EMOTIONS = ["auto", "amusement", "awe", "contentment", "excitement", "anger", "disgust", "fear", "sadness"]


class QualityScore(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return node_schema(
            node_id="SoftFocusQualityScore",
            display_name="Quality Score",
            description="Measures the soft-focus look: detail kept inside the mask and outside, glow, halo, clipping, "
            "drift of light and colour. Ranks a batch, and says which widget to turn.",
            search_aliases=["quality", "metrics", "compare", "rank", "best of batch", "sharpness"],
            is_output_node=True,
            inputs=[
                io.Image.Input("image", tooltip="The result, or a batch of results, which is ranked."),
                io.String.Input(
                    "prompt",
                    default="",
                    multiline=True,
                    tooltip="For a later version (prompt coverage); leave it empty.",
                ),
                io.Combo.Input(
                    "emotion", options=EMOTIONS, default="auto", tooltip="Intended emotion. Only auto in this version."
                ),
                io.Image.Input(
                    "reference", optional=True, tooltip="The picture before the effect; 1, or one for each."
                ),
                io.Mask.Input(
                    "mask", optional=True, tooltip="1 = structure that should stay clear. Not connected: one region."
                ),
                io.Clip.Input("clip", optional=True, tooltip="For a later version; leave it open."),
                io.ClipVision.Input("clip_vision", optional=True, tooltip="For a later version; leave it open."),
                io.String.Input(
                    "preferences",
                    optional=True,
                    force_input=True,
                    tooltip="Picks of a person, such as 2>0, 2>1: picture 2 is better than 0 and 1. Weighed with the scores.",
                ),
            ],
            outputs=[
                io.Float.Output(display_name="score", tooltip="Score of the best picture, 0..100."),
                io.Image.Output(display_name="best", tooltip="The best picture, unchanged."),
                io.String.Output(display_name="report", tooltip="Sentences, an empty line, then one line of JSON."),
                io.Image.Output(
                    display_name="chart", tooltip="Parts of the score with their targets; a table for a batch."
                ),
            ],
        )

    @classmethod
    def execute(
        cls,
        image: Tensor,
        prompt: str,
        emotion: str,
        reference: Tensor | None = None,
        mask: Tensor | None = None,
        clip: object = None,
        clip_vision: object = None,
        preferences: str | None = None,
    ) -> io.NodeOutput:
        _refuse_later_parts(prompt, emotion, clip, clip_vision)
        picks = parse_preferences(preferences or "", len(image))
        effects: list[Effect] = []

        def op(frames: Frames) -> tuple[()]:
            effects.extend(measure_effects(frames.rgb, frames.images["reference"], frames.masks["mask"]))
            return ()

        map_frames(
            op,
            image,
            outputs=(),
            floats_per_pixel=FLOATS_PER_PIXEL,
            masks={"mask": mask},
            images={"reference": reference},
        )
        ranking, order = rank(effects), None
        if picks:
            order = fit_order([score.total for score in sorted(ranking, key=lambda each: each.index)], picks)
            ranking.sort(key=lambda each: order.ranked().index(each.index))
        first = ranking[0].index if ranking else 0
        report = write_report(ranking, order)
        chart = draw_chart(ranking).movedim(1, -1).contiguous()
        sentences, data = report.rsplit("\n\n", 1)
        images = ui.PreviewImage(chart, cls=cls).as_dict()["images"]
        shown = {"images": images, "text": (sentences,), "data": (data,)}  # data: read by programs, not shown
        total = ranking[0].total if ranking else 0.0
        best = image[first : first + 1].clone(memory_format=torch.contiguous_format)
        return io.NodeOutput(total, best, report, chart.to(image.device, intermediate_dtype()), ui=shown)


def _refuse_later_parts(prompt: str, emotion: str, clip: object, clip_vision: object) -> None:
    """Raise ValueError for an input whose work comes in a later version."""
    if prompt.strip():
        raise not_built_yet("prompt", prompt, "")
    if emotion != "auto":
        raise not_built_yet("emotion", emotion, "auto")
    for name, value in (("clip", clip), ("clip_vision", clip_vision)):
        if value is not None:
            raise not_connected_yet(name)
