"""How well a picture has the look: measurements, score, report and chart."""

from __future__ import annotations

from .chart import draw_chart
from .effect import Effect, measure_effect, measure_effects
from .report import write_report
from .score import Score, rank, score_effect

__all__ = ["Effect", "Score", "draw_chart", "measure_effect", "measure_effects", "rank", "score_effect", "write_report"]
