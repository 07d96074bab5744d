"""What is turned for which figure, in coordinates in which the figure answers almost in a straight line."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

from ..settings import LookSettings

Point = tuple[float, float]  # of a dial's coordinate and its figure's
DIGITS = 4  # after the point, of settings: as many as widgets keep
SAME = 1e-6  # of coordinates: turned by less, a dial tells nothing of its slope


@dataclass(frozen=True)
class Dial:
    """One setting that one figure hangs on.

    Attributes:
        figure: attribute of `Figures`.
        part, setting: attribute of `LookSettings`, and of that.
        least, most: of the setting.
        slope: of the figure's coordinate by the setting's, as most portraits have it.
        across, back: from the setting to its coordinate, and back.
        answer: from the figure to its coordinate.
    """

    figure: str
    part: str
    setting: str
    least: float
    most: float
    slope: float
    across: Callable[[float], float] = float
    back: Callable[[float], float] = float
    answer: Callable[[float], float] = float

    def of(self, settings: LookSettings) -> float:
        """The setting."""
        return float(getattr(getattr(settings, self.part), self.setting))

    def turned(self, settings: LookSettings, value: float) -> LookSettings:
        """The settings with this one at a value, within its range."""
        part = replace(
            getattr(settings, self.part), **{self.setting: round(min(max(value, self.least), self.most), DIGITS)}
        )
        return replace(settings, **{self.part: part})

    def next(self, points: list[Point], figure: float) -> float:
        """The setting at which the figure is to be expected, by what earlier settings gave (the last one last)."""
        aim = self.answer(figure)
        x, y = points[-1]
        slope = self._slope(points)
        found = x + (aim - y) / slope
        below = [other for other, answer in points if (answer < aim) == (slope > 0)]
        above = [other for other, answer in points if (answer < aim) != (slope > 0)]
        if below and above and not max(below) < found < min(above):
            found = (max(below) + min(above)) / 2
        return self.back(min(max(found, self.across(self.least)), self.across(self.most)))

    def _slope(self, points: list[Point]) -> float:
        x, y = points[-1]
        for other, answer in reversed(points[:-1]):
            if abs(other - x) > SAME:
                found = (y - answer) / (x - other)
                return found if found * self.slope > 0 else self.slope
        return self.slope


def _inverse_root(kept: float) -> float:
    return 1 / math.sqrt(max(kept, 1e-6))


SIGMA = Dial(
    "kept_outside",
    "blur",
    "sigma",
    0.0,
    2.0,
    slope=7.0,
    across=lambda x: x * x,
    back=lambda x: math.sqrt(max(x, 0.0)),
    answer=_inverse_root,
)
INTENSITY = Dial("kept_outside", "bloom", "intensity", 0.0, 1.0, slope=-0.67, answer=math.sqrt)
AMOUNT = Dial("kept_clear", "sharpen", "amount", 0.0, 2.0, slope=0.5)
