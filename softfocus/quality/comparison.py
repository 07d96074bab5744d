"""A table that compares the pictures of a batch: one row each, best first, one column for each part."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence

from ..canvas import FAINT, INK, PAPER, TRACK, Canvas, grade, mix
from .score import Score, format_value

WIDTH = 960
MARGIN = 28
HEAD, ROW = 136, 40
MOST_ROWS = 16
BAR_LEFT, BAR_RIGHT = 150, 262
CELLS_LEFT, WIDEST_CELL = 330, 120


def draw_comparison(ranking: Sequence[Score]) -> Canvas:
    """Draw two or more scores; cells show the measurement on the colour of its part score."""
    shown = ranking[:MOST_ROWS]
    canvas = Canvas(WIDTH, HEAD + ROW * len(shown) + 48)
    canvas.text(MARGIN, 36, f"Ranking of {len(ranking)} pictures", 26)
    names = [part.goal.name for part in ranking[0].parts]
    width = min(WIDEST_CELL, (WIDTH - MARGIN - CELLS_LEFT) / len(names))
    _draw_head(canvas, ranking[0], width)
    for place, score in enumerate(shown):
        _draw_row(canvas, place, score, names, width)
    if len(ranking) > MOST_ROWS:
        rest = f"and {len(ranking) - MOST_ROWS} more, in the report"
        canvas.text(MARGIN, canvas.height - 24, rest, 15, FAINT)
    return canvas


def _draw_head(canvas: Canvas, best: Score, width: float) -> None:
    for x, title in ((MARGIN, "place"), (MARGIN + 52, "picture"), (BAR_LEFT, "score")):
        canvas.text(x, HEAD - 14, title, 14, FAINT)
    for column, part in enumerate(best.parts):
        middle = CELLS_LEFT + width * (column + 0.5)
        lines = [*textwrap.wrap(part.goal.name, int(width / 6.5), break_long_words=False), f"({part.goal.unit})"]
        for line, text in enumerate(reversed(lines)):
            canvas.text(middle, HEAD - 14 - 16 * line, text, 13, FAINT, anchor="mm", room=width - 4)


def _draw_row(canvas: Canvas, place: int, score: Score, names: Sequence[str], width: float) -> None:
    top = HEAD + ROW * place
    middle = top + ROW / 2
    canvas.text(MARGIN, middle, f"{place + 1}.", 17)
    canvas.text(MARGIN + 52, middle, f"{score.index}", 17)
    canvas.box((BAR_LEFT, middle - 10, BAR_RIGHT, middle + 10), TRACK)
    end = BAR_LEFT + (BAR_RIGHT - BAR_LEFT) * score.total / 100
    canvas.box((BAR_LEFT, middle - 10, end, middle + 10), grade(score.total / 100))
    canvas.text(CELLS_LEFT - 14, middle, f"{score.total:.1f}", 17, anchor="rm")
    parts = {part.goal.name: part for part in score.parts}
    for column, name in enumerate(names):
        left = CELLS_LEFT + width * column
        part = parts.get(name)
        if part is not None:
            tint = mix(PAPER, grade(part.score), 0.38)
            canvas.box((left + 2, top + 2, left + width - 2, top + ROW - 2), tint)
        text = "-" if part is None else format_value(part.value)
        canvas.text(left + width / 2, middle, text, 15, INK, anchor="mm", room=width - 6)
