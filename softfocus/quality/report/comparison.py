"""A table that compares the pictures of a batch: one column each, best first, one row for each part of the score."""

from __future__ import annotations

from collections.abc import Sequence

from ...canvas import FAINT, INK, PAPER, TRACK, Canvas, grade, mix
from ..clip.clip_scores import ClipScores
from .score import Goal, Score, format_value
from .sides import CLARITY, EMOTION, NOT_JUDGED, sides_of

MARGIN = 28
PLACE_ROW, PICTURE_ROW, TOTAL_ROW = 92, 118, 144  # middles of the lines above the cells
BAR = (160, 222)  # top and bottom of the totals' columns
FIRST_ROW, ROW, SIDE_ROW = 234, 34, 26
TARGET_LEFT = 236
CELLS_LEFT, CELLS_WIDTH, WIDEST_CELL = 336, 640, 110
MOST_PICTURES = 16
SMALL = 13


def draw_comparison(ranking: Sequence[Score], clip: Sequence[ClipScores | None] = ()) -> Canvas:
    """Draw two or more scores; cells show the measurement on the colour of its part score, below them CLIP's sides."""
    shown = ranking[:MOST_PICTURES]
    goals = list(dict.fromkeys(part.goal for score in shown for part in score.parts))
    width = min(WIDEST_CELL, CELLS_WIDTH // len(shown))
    sides = [sides_of(clip[score.index] if clip else None) for score in shown]
    bottom = FIRST_ROW + ROW * len(goals)
    canvas = Canvas(CELLS_LEFT + width * len(shown) + MARGIN, bottom + 2 * SIDE_ROW + 48)
    canvas.text(MARGIN, 36, f"Ranking of {len(ranking)} pictures", 26)
    _draw_names(canvas, goals)
    for place, score in enumerate(shown):
        left = CELLS_LEFT + width * place
        _draw_head(canvas, place, score, left, width)
        _draw_cells(canvas, goals, score, left, width)
        _draw_shares(canvas, sides[place], bottom, left, width)
    _draw_sides(canvas, bottom, any(felt is not None for _, felt in sides))
    if len(ranking) > MOST_PICTURES:
        canvas.text(MARGIN, canvas.height - 24, f"and {len(ranking) - MOST_PICTURES} more, in the report", 15, FAINT)
    return canvas


def _draw_sides(canvas: Canvas, top: float, judged: bool) -> None:
    """The names of the two sides, or why there is but one."""
    names = (f"{CLARITY.lower()}, by CLIP", f"{EMOTION.lower()}, by CLIP") if judged else ("", NOT_JUDGED)
    for row, name in enumerate(names):
        canvas.text(MARGIN, top + SIDE_ROW * (row + 0.5), name, SMALL, FAINT)


def _draw_shares(canvas: Canvas, sides: Sequence[float | None], top: float, left: float, width: float) -> None:
    for row, share in enumerate(sides):
        if share is not None:
            middle = top + SIDE_ROW * (row + 0.5)
            canvas.text(left + width / 2, middle, f"{100 * share:.0f} %", SMALL, INK, anchor="mm", room=width - 2)


def _draw_names(canvas: Canvas, goals: Sequence[Goal]) -> None:
    for middle, title in ((PLACE_ROW, "place"), (PICTURE_ROW, "picture"), (TOTAL_ROW, "score")):
        canvas.text(MARGIN, middle, title, 15, FAINT)
    for row, goal in enumerate(goals):
        middle = FIRST_ROW + ROW * row + ROW // 2
        canvas.text(MARGIN, middle, goal.name, 15, room=TARGET_LEFT - MARGIN - 8)
        canvas.text(TARGET_LEFT, middle, f"{goal.target} {goal.unit}", SMALL, FAINT, room=CELLS_LEFT - TARGET_LEFT - 8)


def _draw_head(canvas: Canvas, place: int, score: Score, left: float, width: float) -> None:
    """Place, number of the picture, total, and the total as a column."""
    middle = left + width / 2
    canvas.text(middle, PLACE_ROW, f"{place + 1}.", 15, anchor="mm")
    canvas.text(middle, PICTURE_ROW, f"{score.index}", 15, anchor="mm", room=width - 2)
    canvas.text(middle, TOTAL_ROW, f"{score.total:.1f}", SMALL, anchor="mm", room=width - 2)
    top, bottom = BAR
    half = min(width / 2 - 2, 16)
    canvas.box((middle - half, top, middle + half, bottom), TRACK)
    end = bottom - (bottom - top) * score.total / 100
    canvas.box((middle - half, end, middle + half, bottom), grade(score.total / 100))


def _draw_cells(canvas: Canvas, goals: Sequence[Goal], score: Score, left: float, width: float) -> None:
    parts = {part.goal: part for part in score.parts}
    for row, goal in enumerate(goals):
        top = FIRST_ROW + ROW * row
        part = parts.get(goal)
        if part is not None:
            tint = mix(PAPER, grade(part.score), 0.38)
            canvas.box((left + 1, top + 1, left + width - 1, top + ROW - 1), tint)
        text = "-" if part is None else format_value(part.value)
        canvas.text(left + width / 2, top + ROW / 2, text, SMALL, INK, anchor="mm", room=width - 2)
