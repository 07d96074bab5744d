"""Pictures as a screen shows them, which is what is measured."""

from __future__ import annotations

from torch import Tensor

from ..color import displayable


def as_displayed(picture: Tensor) -> Tensor:
    """A picture of any range as a screen shows it: clamped to 0..1, with NaN as black."""
    return displayable(picture.float())
