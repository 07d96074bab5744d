"""Turns the settings of the look until its figures lie where they are wanted.

Each figure with an aim has a dial, turned by the secant through the last two answers, at first by the slope that most
portraits have. A figure beyond its limit, and a dial at its end, have the group of settings behind it put back to
`home`; where they are there already, less bloom leaves less to restore.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace

from ..settings import DEFAULTS, BloomSettings, LookSettings, SharpenSettings
from .dials import AMOUNT, DIGITS, INTENSITY, SIGMA, Dial, Point
from .figures import Figures
from .wanted import HALF_WIDTH, Wanted

MOST_EVALUATIONS = 12
NEAR = 0.2  # of a band's half width: so near to its middle is near enough
HELD = 0.9  # of a limit: what is aimed at where a figure was beyond it


@dataclass(frozen=True)
class Tuned:
    """What was found.

    Attributes:
        settings: of all that were tried, those with the least beyond the bands.
        figures: that they give.
        evaluations: how often figures were measured.
    """

    settings: LookSettings
    figures: Figures
    evaluations: int


def tune(
    measure: Callable[[LookSettings], Figures],
    start: LookSettings,
    wanted: Wanted,
    home: LookSettings = DEFAULTS,
    most: int = MOST_EVALUATIONS,
) -> Tuned:
    """Settings whose figures are wanted, found by trying; the same every time.

    Args:
        measure: the figures of settings.
        start: where to begin; its mask and all that is not turned stay.
        wanted: the bands.
        home: where a group of settings goes that cannot be mended by turning.
        most: evaluations, at least 1.
    """
    search = _Search(start, home)
    tried: list[tuple[tuple[float, float], LookSettings, Figures]] = []
    while len(tried) < most:
        figures = measure(search.settings)
        worth = sum(wanted.beyond(figures).values()), wanted.off(figures)
        tried.append((worth, search.settings, figures))
        if worth[0] == 0 and worth[1] <= NEAR:
            break
        if not search.turn(figures, wanted):
            break
    _, settings, figures = min(tried, key=lambda each: each[0])
    return Tuned(settings, figures, len(tried))


@dataclass
class _Search:
    """Where the search is, and what every dial has answered since what it hangs on was last changed by another."""

    settings: LookSettings
    home: LookSettings
    answers: dict[Dial, list[Point]] = field(default_factory=dict)

    def turn(self, figures: Figures, wanted: Wanted) -> bool:
        """Turn what the figures ask for; whether anything was turned."""
        before = self.settings
        beyond = wanted.beyond(figures)
        if self._put_back(figures, wanted, beyond):
            return True
        for name, aim in wanted.aims.items():
            value = getattr(figures, name)
            if value is not None and abs(value - aim) > NEAR * HALF_WIDTH:
                self._set(self._dial(name, value, aim), value, aim)
        if beyond["tone_shift"] or beyond["clipped_percent"]:
            self._bloom_less(figures, wanted)
        return self.settings != before

    def _put_back(self, figures: Figures, wanted: Wanted, beyond: dict[str, float]) -> bool:
        """Put groups of settings home that turning cannot mend; whether any was elsewhere."""
        clear, soft = figures.kept_clear, figures.kept_outside
        too_clear = clear is not None and self.settings.sharpen.amount <= AMOUNT.least and clear > wanted.kept_clear
        too_dull = clear is not None and self.settings.sharpen.amount >= AMOUNT.most and clear < wanted.kept_clear
        too_sharp = soft is not None and self.settings.blur.sigma >= SIGMA.most and soft > wanted.kept_outside
        before = self.settings
        if beyond["overshoot"] or beyond["tone_shift"] or too_dull:
            self.settings = replace(self.settings, sharpen=_shares_of(self.settings.sharpen, self.home.sharpen))
        if beyond["halo"] or beyond["clipped_percent"] or beyond["tone_shift"] or too_clear or too_sharp:
            self.settings = replace(self.settings, bloom=_spread_of(self.settings.bloom, self.home.bloom))
        if too_clear:  # only light that scatters takes detail from what the mask keeps from the blur
            self.settings = replace(self.settings, bloom=replace(self.home.bloom, tint=self.settings.bloom.tint))
        if self.settings != before:
            self.answers.clear()
        return self.settings != before

    def _bloom_less(self, figures: Figures, wanted: Wanted) -> None:
        """In proportion: a secant would take what another amount did to the figure for what the bloom did."""
        over = max(getattr(figures, name) / (HELD * wanted.limits[name]) for name in ("tone_shift", "clipped_percent"))
        bloom = self.settings.bloom
        self.settings = replace(self.settings, bloom=replace(bloom, intensity=round(bloom.intensity / over, DIGITS)))
        self.answers.clear()

    def _dial(self, name: str, value: float, aim: float) -> Dial:
        if name == "kept_clear":
            return AMOUNT
        return INTENSITY if self.settings.blur.sigma <= SIGMA.least and value < aim else SIGMA

    def _set(self, dial: Dial, value: float, aim: float) -> None:
        points = self.answers.setdefault(dial, [])
        points.append((dial.across(dial.of(self.settings)), dial.answer(value)))
        self.settings = dial.turned(self.settings, dial.next(points, aim))
        if dial is INTENSITY:
            self.answers = {INTENSITY: points}


def _shares_of(sharpen: SharpenSettings, home: SharpenSettings) -> SharpenSettings:
    """Amount as it is, the rest as at home."""
    return replace(home, amount=sharpen.amount)


def _spread_of(bloom: BloomSettings, home: BloomSettings) -> BloomSettings:
    """Intensity and tint as they are, the rest as at home."""
    return replace(home, intensity=bloom.intensity, tint=bloom.tint)
