"""A guess of what a picture needs at other sliders, for drafts of a preview: no picture is made for it."""

from __future__ import annotations

import math
from dataclasses import replace

from ..settings import BlurSettings, LookSettings
from .dials import AMOUNT, SIGMA
from .tune import Tuned
from .wanted import Wanted

SCATTERED = 0.7  # of the amplitude of detail outside that full intensity takes
BLURRED = 5.0  # how 1 / amplitude grows with the square of the blur's sigma, in percent of the diagonal
RETURNED = 0.4  # more of Feature Sharpen's amount that full intensity asks for


def guess(tuned: Tuned, usual: LookSettings, asked: Wanted) -> LookSettings:
    """Settings for other sliders.

    Args:
        tuned: what was found for the picture at some sliders.
        usual: `start` at the others; its intensity is kept.
        asked: `wanted` at the others.
    """
    settings, figures = tuned.settings, tuned.figures
    more_bloom = usual.bloom.intensity - settings.bloom.intensity
    amount, sigma = usual.sharpen.amount, usual.blur.sigma
    if figures.kept_clear is not None:
        amount = settings.sharpen.amount + (asked.kept_clear - figures.kept_clear) / AMOUNT.slope
        amount = min(max(amount + RETURNED * more_bloom, AMOUNT.least), AMOUNT.most)
    if figures.kept_outside:
        without_blur = _left(settings) / math.sqrt(figures.kept_outside) - BLURRED * settings.blur.sigma**2
        square = (_left(usual) / math.sqrt(asked.kept_outside) - without_blur) / BLURRED
        sigma = min(math.sqrt(max(square, 0.0)), SIGMA.most)
    blur: BlurSettings = replace(settings.blur, sigma=sigma)
    return replace(usual, blur=blur, sharpen=replace(settings.sharpen, amount=amount))


def _left(settings: LookSettings) -> float:
    """Of the amplitude of detail outside, what bloom leaves."""
    return 1 - SCATTERED * settings.bloom.intensity
