"""Quality Score: what the effect did, in numbers and sentences, and which picture of a batch is best."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io, ui
from torch import Tensor

from ..softfocus.quality import (
    Clarity,
    Effect,
    Measured,
    best_pictures,
    draw_chart,
    measure_clarity,
    measure_effect,
    parse_preferences,
    rank,
    write_report,
)
from ..softfocus.quality.clip.clip_scores import ClipScores
from ..softfocus.quality.clip.clip_texts import AUTO, EMOTIONS
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, boxes_input
from .host.work import each_frame
from .models.clip_judge import ClipJudge

FLOATS_PER_PIXEL = 100  # of which boxes of a large face take a third


class QualityScore(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusQualityScore",
            display_name="Quality Score",
            description="Measures the soft-focus look: detail kept inside the mask and outside, glow, halo, clipping, "
            "drift of light and colour; without a reference, how clear the picture is. Ranks a batch, and says which "
            "widget to turn.",
            search_aliases=["quality", "metrics", "compare", "rank", "best of batch", "sharpness"],
            is_output_node=True,
            inputs=[
                io.Image.Input("image", tooltip="The result, or a batch of results, which is ranked."),
                io.String.Input(
                    "prompt",
                    default="",
                    multiline=True,
                    tooltip="What the picture should show, phrases between commas. How well each is seen counts for the "
                    "order of a batch. Needs clip and clip_vision.",
                ),
                io.Combo.Input(
                    "emotion",
                    options=[AUTO, *EMOTIONS],
                    default=AUTO,
                    tooltip="Intended emotion; auto names the likeliest. Experimental, relative within a batch. Needs clip "
                    "and clip_vision.",
                ),
                io.Image.Input(
                    "reference", optional=True, tooltip="The picture before the effect; 1, or one for each."
                ),
                io.Mask.Input(
                    "mask", optional=True, tooltip="1 = structure that should stay clear. Not connected: one region."
                ),
                io.Clip.Input(
                    "clip", optional=True, tooltip="CLIP of an SD1.5 checkpoint, to judge the picture by texts."
                ),
                io.ClipVision.Input(
                    "clip_vision",
                    optional=True,
                    tooltip="The whole CLIP ViT-L/14 file (openai/clip-vit-large-patch14, model.safetensors) by Load CLIP "
                    "Vision: it also holds what SD1.5's text encoder lacks.",
                ),
                io.String.Input(
                    "preferences",
                    optional=True,
                    force_input=True,
                    tooltip="Picks of a person, such as 2>0, 2>1: picture 2 is better than 0 and 1. Weighed with the scores.",
                ),
                boxes_input(
                    "From Face Detail Mask, found in a picture of this size: what the mask holds is measured in cycles of "
                    "each face. Not connected: in percent of the diagonal, for which a small face is too fine.",
                ),
                io.Int.Input(
                    "keep",
                    default=1,
                    min=0,
                    max=4096,
                    optional=True,
                    tooltip="How many of the best pictures of a batch come out of kept. 0, or more than there are: all of them.",
                ),
            ],
            outputs=[
                io.Float.Output(display_name="score", tooltip="Score of the best picture, 0..100."),
                io.Image.Output(display_name="best", tooltip="The best picture, unchanged."),
                io.String.Output(display_name="report", tooltip="Sentences, an empty line, then one line of JSON."),
                io.Image.Output(
                    display_name="chart", tooltip="Parts of the score with their targets; a table for a batch."
                ),
                io.Image.Output(
                    display_name="kept", tooltip="The best pictures, as many as keep says, best first, unchanged."
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
        bboxes: Any = None,
        keep: int = 1,
    ) -> io.NodeOutput:
        batch = Batch.of(image, masks={"mask": mask}, images={"reference": reference}, bboxes=bboxes)
        picks = parse_preferences(preferences or "", len(batch))
        judge = ClipJudge(prompt, emotion, clip, clip_vision)

        def measure(frames: Frames) -> list[tuple[Clarity, Effect, ClipScores | None]]:
            found = []
            masks, references = frames.masks["mask"], frames.images["reference"]
            for picture in Measured.frames(frames.rgb, references, masks, frames.alpha, frames.faces):
                clarity = measure_clarity(picture)
                found.append((clarity, measure_effect(picture, clarity.distortions), judge(picture)))
            return found

        records = each_frame(measure, batch, floats_per_pixel=FLOATS_PER_PIXEL)
        clarities, effects = [clarity for clarity, _, _ in records], [effect for _, effect, _ in records]
        by_clip = [scores for _, _, scores in records]
        ranking = rank(effects, by_clip, picks)
        note = batch.empty_note("mask", "the face is not told from the rest there")
        report = write_report(ranking, clarities, by_clip, [*([note] if note else []), *judge.notes], keep)
        chart = draw_chart(ranking.scores, by_clip).movedim(1, -1).contiguous()
        sentences, data = report.rsplit("\n\n", 1)
        images = ui.PreviewImage(chart, cls=cls).as_dict()["images"]
        # For programs, beside the text that is shown: the page draws the chart itself, and "images" twice.
        shown = {"text": (sentences,), "data": (data,), "chart": images}
        total, numbers = ranking.scores[0].total if ranking.scores else 0.0, best_pictures(ranking, keep)
        best = batch.picked(numbers[:1])
        kept = batch.picked(numbers) if len(numbers) > 1 else best  # the same picture is copied once
        return io.NodeOutput(total, best, report, chart.to(best.device, best.dtype), kept, ui=shown)
