"""Local extremes against max pooling."""

from __future__ import annotations

import pytest
import torch
from torch.nn.functional import max_pool2d

from softfocus.filters.local_range import local_maximum, local_minimum


@pytest.mark.parametrize("reach", [0, 1, 2, 5, 6])
def test_square_window(reach):
    image = torch.rand(2, 1, 13, 17, generator=torch.Generator().manual_seed(2)) - 2
    pooled = max_pool2d(image, 2 * reach + 1, 1, reach)
    assert torch.equal(local_maximum(image, reach), pooled)
    assert torch.equal(local_minimum(-image, reach), -pooled)


def test_window_larger_than_the_picture():
    image = torch.rand(1, 1, 5, 7)
    assert torch.equal(local_maximum(image, 20), image.amax().expand_as(image))
