"""How well a picture has the look: measurements, score, report and chart."""

from __future__ import annotations

from .chart import draw_chart
from .clarity import Clarity, measure_clarity
from .effect import Effect, measure_effect, measure_effects
from .preference import Order, fit_order, parse_preferences
from .ranking import Ranking, rank
from .report import write_report
from .score import Score, score_effect

__all__ = [
    "Clarity",
    "Effect",
    "Order",
    "Ranking",
    "Score",
    "draw_chart",
    "fit_order",
    "measure_clarity",
    "measure_effect",
    "measure_effects",
    "parse_preferences",
    "rank",
    "score_effect",
    "write_report",
]
