"""What the look makes of a picture, in the figures that are tuned."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

LIMITED = "clipped_percent", "tone_shift", "overshoot", "halo"  # figures that should be low


@dataclass(frozen=True)
class Figures:
    """What became of a picture. None: there is no such place, or no detail in it.

    Attributes:
        kept_clear: energy of detail over that of the source where the mask is strongest, at eyes and mouth.
        kept_outside: the same where neither the mask nor its edge reaches; of all the picture without a mask.
        clipped_percent: pixels at an end of the range, less those of the source.
        tone_shift: how far returned detail moves the tones inside the mask, mean in code values (/255).
        overshoot: how far luma passes the range around it in both the source and the bloomed picture, 99.9th
            percentile inside the mask (/255).
        halo: the same beyond the source's range once the change of light is taken off, near the mask.
    """

    kept_clear: float | None
    kept_outside: float | None
    clipped_percent: float
    tone_shift: float
    overshoot: float
    halo: float


def together(figures: Sequence[Figures]) -> Figures:
    """Of several pictures with one setting: the mean of what is kept, the worst of what has a limit."""

    def mean(name: str) -> float | None:
        values = [getattr(each, name) for each in figures if getattr(each, name) is not None]
        return sum(values) / len(values) if values else None

    worst = {name: max(getattr(each, name) for each in figures) for name in LIMITED}
    return Figures(mean("kept_clear"), mean("kept_outside"), **worst)
