"""What the two sliders ask for: bands of the figures, and the settings that most portraits need for them.

The bands were checked on the annotated portraits of the tests, where the plain defaults lie about in the middle of
those of sliders at one half.
"""

from __future__ import annotations

from dataclasses import dataclass

from ..checks import check_number
from ..settings import BLOOM, BLUR, SHARPEN, BloomSettings, BlurSettings, LookSettings, SharpenSettings
from .figures import LIMITED, Figures

HALF_WIDTH = 0.05  # of the bands of detail kept
CLEAR = 0.70, 1.05  # detail kept at eyes and mouth at clarity 0 and 1
OUTSIDE = 0.45, 0.10  # detail kept outside the head at dream 0 and 1
FADE = 0.2  # of dream, below which both bands lead to the picture as it is
CLIPPED_PERCENT, TONE_SHIFT, OVERSHOOT, HALO = 0.5, 0.5, 12.0, 4.0  # at most; the last as Quality Score has it
AMOUNT = 0.8  # how much of Feature Sharpen's amount lies between clarity 0 and 1


@dataclass(frozen=True)
class Wanted:
    """Where the figures should lie: two of them around an aim, the others below a limit.

    Attributes:
        kept_clear, kept_outside: the middle of their bands, HALF_WIDTH to either side.
        clipped_percent, tone_shift, overshoot, halo: the most of each.
    """

    kept_clear: float
    kept_outside: float
    clipped_percent: float = CLIPPED_PERCENT
    tone_shift: float = TONE_SHIFT
    overshoot: float = OVERSHOOT
    halo: float = HALO

    @property
    def aims(self) -> dict[str, float]:
        """The middles by figure."""
        return {"kept_clear": self.kept_clear, "kept_outside": self.kept_outside}

    @property
    def limits(self) -> dict[str, float]:
        """The most by figure."""
        return {name: getattr(self, name) for name in LIMITED}

    def beyond(self, figures: Figures) -> dict[str, float]:
        """How far each figure is outside of its band, over half the band or the limit; 0 within."""
        found = {name: max(0.0, getattr(figures, name) / limit - 1) for name, limit in self.limits.items()}
        for name, aim in self.aims.items():
            value = getattr(figures, name)
            found[name] = 0.0 if value is None else max(0.0, abs(value - aim) / HALF_WIDTH - 1)
        return found

    def off(self, figures: Figures) -> float:
        """How far the figures with an aim are from it, over the half width, the farthest of them."""
        values = [(getattr(figures, name), aim) for name, aim in self.aims.items()]
        return max((abs(value - aim) / HALF_WIDTH for value, aim in values if value is not None), default=0.0)


def wanted(dream: float, clarity: float) -> Wanted:
    """What sliders in 0..1 ask for. Below FADE of dream both aims lead to 1: the picture as it is."""
    check_number(dream, "dream", 0, 1)
    check_number(clarity, "clarity", 0, 1)
    share = min(1.0, dream / FADE)
    clear, outside = _between(CLEAR, clarity), _between(OUTSIDE, dream)
    return Wanted(1 - share * (1 - clear), 1 - share * (1 - outside))


def start(dream: float, clarity: float, tint: str = BLOOM.tint) -> LookSettings:
    """Settings with which most portraits have about what sliders in 0..1 ask for; the defaults at one half of both."""
    check_number(dream, "dream", 0, 1)
    check_number(clarity, "clarity", 0, 1)
    share = min(1.0, dream / FADE)
    return LookSettings(
        blur=BlurSettings(sigma=BLUR.sigma * share),
        bloom=BloomSettings(intensity=2 * BLOOM.intensity * dream, tint=tint),
        sharpen=SharpenSettings(amount=SHARPEN.amount + AMOUNT * (clarity - 0.5)),
    )


def _between(ends: tuple[float, float], share: float) -> float:
    return ends[0] + share * (ends[1] - ends[0])
