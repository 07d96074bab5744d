"""Pictures as a screen shows them, which is what is measured."""

from __future__ import annotations

import torch
from torch import Tensor


def as_displayed(picture: Tensor) -> Tensor:
    """A picture of any range as a screen shows it: clamped to 0..1, with NaN as black."""
    return torch.nan_to_num(picture.float(), nan=0.0, posinf=1.0, neginf=0.0).clamp(0, 1)
