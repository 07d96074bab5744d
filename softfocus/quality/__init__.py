"""How well a picture has the look: measurements, score, report and chart."""

from __future__ import annotations

from .chart import draw_chart
from .effect import Effect, measure_effect, measure_effects
from .preference import Order, fit_order, parse_preferences
from .report import write_report
from .score import Score, rank, score_effect

__all__ = [
    "Effect",
    "Order",
    "Score",
    "draw_chart",
    "fit_order",
    "measure_effect",
    "measure_effects",
    "parse_preferences",
    "rank",
    "score_effect",
    "write_report",
]
