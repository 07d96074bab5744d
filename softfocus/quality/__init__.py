"""How well a picture has the look: measurements, score, report and chart."""

from __future__ import annotations

from .clarity.clarity import Clarity, measure_clarity
from .effect.effect import Effect
from .effect.measure import measure_effect
from .measured import Measured
from .report.chart import draw_chart
from .report.kept import best_pictures
from .report.preference import Order, fit_order, parse_preferences
from .report.ranking import Ranking, rank
from .report.report import write_report
from .report.score import Score, score_effect

__all__ = [
    "Clarity",
    "Effect",
    "Measured",
    "Order",
    "Ranking",
    "Score",
    "best_pictures",
    "draw_chart",
    "fit_order",
    "measure_clarity",
    "measure_effect",
    "parse_preferences",
    "rank",
    "score_effect",
    "write_report",
]
