"""The scores as a picture: bars with their targets for one picture, a table for a batch."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor

from ...canvas import FAINT, INK, TARGET, TRACK, Canvas, grade, mix
from ..clip.clip_scores import ClipScores
from ..effect.effect_report import NO_REFERENCE
from .comparison import draw_comparison
from .report import NO_PICTURES
from .score import Goal, Part, Score, format_value
from .sides import CLARITY, EMOTION, NOT_JUDGED, sides_of

WIDTH = 900
MARGIN = 32
TRACK_LEFT, TRACK_RIGHT = 292, 622
VALUE_RIGHT, TARGET_LEFT = 734, 752
FIRST_ROW, ROW, HEADING, NOTE = 98, 42, 36, 24
ARROW = 10  # marks a value beyond the axis


def draw_chart(ranking: Sequence[Score], clip: Sequence[ClipScores | None] = ()) -> Tensor:
    """Draw a ranking, best first, and below it the two sides that CLIP judges.

    Args:
        ranking: the scores.
        clip: one for each picture, by its number, or none at all.

    Returns:
        [1, 3, H, W] float32 sRGB in 0..1. One picture: a bar for each part in its own unit, with the
        target range behind it. Several: a table of all pictures (the first 16). None: a sentence.
    """
    if len(ranking) > 1:
        return draw_comparison(ranking, clip).tensor()
    if not ranking:
        canvas = Canvas(WIDTH, 2 * FIRST_ROW)
        canvas.text(WIDTH / 2, FIRST_ROW, NO_PICTURES, 22, FAINT, anchor="mm")
        return canvas.tensor()
    return _draw_single(ranking[0], clip[ranking[0].index] if clip else None).tensor()


def _draw_single(score: Score, judged: ClipScores | None) -> Canvas:
    notes = [score.effect.note] if score.effect.note else []
    notes += [] if score.effect.referenced else [NO_REFERENCE]
    notes += [f"{side} by CLIP: {100 * share:.0f} %." for side, share in _sides(judged) if share is not None]
    notes += [NOT_JUDGED] if sides_of(judged)[1] is None else []
    bottom = FIRST_ROW + 2 * HEADING + ROW * len(score.parts) + NOTE
    canvas = Canvas(WIDTH, bottom + NOTE * len(notes))
    _draw_total(canvas, score)
    _draw_parts(canvas, score.parts)
    for line, note in enumerate(notes):
        canvas.text(MARGIN, bottom + NOTE * line, note, 14, FAINT, room=WIDTH - 2 * MARGIN)
    return canvas


def _sides(judged: ClipScores | None) -> Iterator[tuple[str, float | None]]:
    clear, felt = sides_of(judged)
    feeling = judged.emotion.target if judged and judged.emotion else ""
    yield CLARITY, clear
    yield f"{EMOTION}, {feeling}", felt


def _draw_total(canvas: Canvas, score: Score) -> None:
    canvas.text(MARGIN, 42, "Quality score", 26)
    canvas.text(WIDTH - MARGIN, 42, f"{score.total:.1f} of 100", 26, anchor="rm")
    right = WIDTH - MARGIN
    canvas.box((MARGIN, 68, right, 78), TRACK)
    canvas.box((MARGIN, 68, MARGIN + (right - MARGIN) * score.total / 100, 78), grade(score.total / 100))


def _draw_parts(canvas: Canvas, parts: Sequence[Part]) -> None:
    top = FIRST_ROW
    for title, wanted in (("Look: towards the target (green)", True), ("Faults: within the target (green)", False)):
        chosen = [part for part in parts if (part.goal.weight > 0) == wanted]
        if chosen:
            canvas.text(MARGIN, top + HEADING / 2, title, 15, FAINT)
            top += HEADING
        for part in chosen:
            _draw_part(canvas, part, top + ROW / 2)
            top += ROW


def _draw_part(canvas: Canvas, part: Part, middle: float) -> None:
    """One row: name, bar from zero to the value over the target range, value, target."""
    high = _axis_end(part.goal)

    def x(value: float) -> float:
        return TRACK_LEFT + (TRACK_RIGHT - TRACK_LEFT) * min(max(value, 0.0), high) / high

    canvas.text(MARGIN, middle, part.goal.name, 17, room=TRACK_LEFT - MARGIN - 12)
    canvas.box((TRACK_LEFT, middle - 13, TRACK_RIGHT, middle + 13), TRACK)
    from_good, to_end = sorted((x(part.goal.good), x(high if part.goal.wants_more else 0.0)))
    canvas.box((from_good, middle - 13, to_end, middle + 13), TARGET)
    color = grade(part.score)
    canvas.box((TRACK_LEFT, middle - 6, x(part.value), middle + 6), color)
    canvas.box((x(part.value) - 2, middle - 13, x(part.value) + 2, middle + 13), mix(color, INK, 0.45))
    if not 0 <= part.value <= high:
        size = ARROW if part.value > high else -ARROW
        canvas.arrow(x(part.value) + size, middle, size, color)
    canvas.text(VALUE_RIGHT, middle, f"{format_value(part.value)} {part.goal.unit}", 17, anchor="rm")
    canvas.text(TARGET_LEFT, middle, f"target {part.goal.target}", 15, FAINT, room=WIDTH - MARGIN - TARGET_LEFT)


def _axis_end(goal: Goal) -> float:
    """Where the bar's axis, which starts at zero, ends: past target and limit by half their distance."""
    return max(goal.good, goal.bad) + 0.5 * abs(goal.good - goal.bad)
