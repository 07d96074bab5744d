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


def test_between_whole_pixels_the_window_grows_steadily():
    image = torch.rand(1, 1, 13, 17, generator=torch.Generator().manual_seed(3))
    before = image.clone()
    for reach in (0.25, 2.25, 30.25):
        whole = int(reach)
        wanted = torch.lerp(local_maximum(image, whole), local_maximum(image, whole + 1), 0.25)
        assert torch.allclose(local_maximum(image, reach), wanted)
        assert torch.allclose(local_minimum(-image, reach), -wanted)
    assert torch.equal(image, before)
