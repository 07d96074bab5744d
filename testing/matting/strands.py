"""What a matte makes of loose strands: how many it finds, what it takes for hair, how right it is where hair is thin.

Every function takes

    alpha, truth, region: [B, 1, H, W]; alpha and truth 0..1, region (the unknown band) 0 and 1.

and returns [B] float64 on the CPU, nan where no pixel counts.
"""

from __future__ import annotations

import torch
from torch import Tensor

SEEN = 0.3  # alpha from which a pixel shows hair
HAIR = 0.5  # truth above which a pixel is hair
NO_HAIR = 0.05  # truth below which it is none
MIDDLE = (0.3, 0.9)  # truth of thin or translucent hair
MOSTLY = 0.5  # least share of truth that strands bring: less is skin or clothes with an edge of hair


def strand_recall(alpha: Tensor, truth: Tensor, strands: Tensor, region: Tensor) -> Tensor:
    """Share of the region's hair (truth > 0.5, most of it loose strands) with alpha > 0.3; 1 is all.

    Args:
        strands: [B, 1, H, W], what of the truth is loose hair, 0..truth.
    """
    hair = (truth > HAIR) & (strands > MOSTLY * truth) & (region > 0.5)
    return _mean(alpha > SEEN, hair)


def false_hair(alpha: Tensor, truth: Tensor, region: Tensor) -> Tensor:
    """Share of the region's empty pixels (truth < 0.05) with alpha > 0.3; 0 is none."""
    return _mean(alpha > SEEN, (truth < NO_HAIR) & (region > 0.5))


def middle_error(alpha: Tensor, truth: Tensor, region: Tensor) -> Tensor:
    """Mean absolute error where truth is 0.3 to 0.9 in the region; 0 is exact."""
    thin = (truth >= MIDDLE[0]) & (truth <= MIDDLE[1]) & (region > 0.5)
    return _mean((alpha.double() - truth.double()).abs(), thin)


def _mean(values: Tensor, counted: Tensor) -> Tensor:
    """Mean over the counted pixels of each picture."""
    values, counted = values.detach().cpu().double(), counted.cpu()
    total = torch.where(counted, values, 0.0).flatten(1).sum(1)
    return total / counted.flatten(1).sum(1)
