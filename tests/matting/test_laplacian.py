"""The matting Laplacian at a few pixels: what the one of the whole picture, written down in full, gives there."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given
from hypothesis import strategies as st
from torch import Tensor

from softfocus.matting.laplacian import EPSILON, MattingLaplacian

HEIGHT, WIDTH = 7, 9


def random_picture(seed: int, height: int = HEIGHT, width: int = WIDTH) -> Tensor:
    return torch.rand(3, height, width, generator=torch.Generator().manual_seed(seed))


def dense_laplacian(image: Tensor) -> Tensor:
    """[H W, H W] float64, equation 12 of Levin et al. 2008 window by window."""
    _, height, width = image.shape
    number = torch.arange(height * width).view(height, width)
    whole = torch.zeros(height * width, height * width, dtype=torch.float64)
    for y in range(1, height - 1):
        for x in range(1, width - 1):
            here = (..., slice(y - 1, y + 2), slice(x - 1, x + 2))
            colors = image[here].double().reshape(3, 9)
            offset = colors - colors.mean(1, keepdim=True)
            spread = offset @ offset.T + 9 * EPSILON * torch.eye(3, dtype=torch.float64)
            members = number[here].flatten()
            part = torch.eye(9, dtype=torch.float64) - 1 / 9 - offset.T @ torch.linalg.solve(spread, offset)
            whole[members[:, None], members] += part
    return whole


def drawn(*places: tuple[int | slice, int | slice]) -> Tensor:
    plane = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    for place in places:
        plane[place] = True
    return plane


ALL = slice(None)
UNKNOWN = {
    "everything": drawn((ALL, ALL)),
    "inside": drawn((slice(2, 5), slice(3, 6))),
    "a pixel": drawn((3, 4)),
    "corners": drawn((0, 0), (0, -1), (-1, 0), (-1, -1)),
    "a corner pixel": drawn((-1, -1)),
    "borders": drawn((0, ALL), (-1, ALL), (ALL, 0), (ALL, -1)),
    "a strip": drawn((ALL, 4)),
    "two strips": drawn((0, ALL), (4, ALL)),
}


def product(image: Tensor, alpha: Tensor, unknown: Tensor) -> Tensor:
    laplacian = MattingLaplacian(image, unknown)
    return laplacian.multiply(alpha[laplacian.touched])


@pytest.mark.parametrize("unknown", UNKNOWN.values(), ids=UNKNOWN)
def test_product_and_diagonal_are_those_of_the_whole_picture(unknown):
    image, alpha = random_picture(1), random_picture(2)[0]
    whole = dense_laplacian(image)
    expected = (whole @ alpha.double().flatten()).view_as(alpha)[unknown]
    torch.testing.assert_close(product(image, alpha, unknown), expected.float(), atol=2e-5, rtol=2e-5)
    diagonal = whole.diagonal().view_as(alpha)[unknown]
    torch.testing.assert_close(MattingLaplacian(image, unknown).diagonal, diagonal.float(), atol=2e-5, rtol=2e-5)


@given(st.integers(0, 10_000), st.integers(1, 8), st.integers(1, 8))
def test_any_set_of_pixels_of_any_small_picture(seed, height, width):
    image, alpha = random_picture(seed, height, width), random_picture(seed + 1, height, width)[0]
    unknown = random_picture(seed + 2, height, width)[0] > 0.6
    expected = (dense_laplacian(image) @ alpha.double().flatten()).view_as(alpha)[unknown]
    torch.testing.assert_close(product(image, alpha, unknown), expected.float(), atol=2e-4, rtol=2e-4)


@given(st.integers(0, 10_000), st.floats(0, 1))
def test_constant_alpha_is_left_alone(seed, value):
    """The rows of L sum to zero."""
    image = random_picture(seed)
    assert product(image, torch.full((HEIGHT, WIDTH), value), UNKNOWN["everything"]).abs().max() < 2e-5


def test_alpha_that_is_linear_in_color_is_left_alone():
    image = random_picture(3)
    alpha = 0.1 + 0.5 * image[0] - 0.2 * image[1] + 0.4 * image[2]
    assert product(image, alpha, UNKNOWN["everything"]).abs().max() < 1e-3
    assert product(image, random_picture(4)[0], UNKNOWN["everything"]).abs().max() > 0.1


@pytest.mark.parametrize("contrast", [1.0, 0.005])
def test_pymatting_agrees(contrast):
    """Its epsilon is added to the sum over nine pixels, ours to their mean. With little contrast it counts."""
    laplacian = pytest.importorskip("pymatting.laplacian.cf_laplacian")
    image, alpha = 0.5 + contrast * (random_picture(5) - 0.5), random_picture(6)[0]
    whole = laplacian.cf_laplacian(image.movedim(0, -1).double().contiguous().numpy(), epsilon=9 * EPSILON)
    expected = torch.from_numpy(whole @ alpha.double().flatten().numpy()).view_as(alpha)
    for unknown in UNKNOWN.values():
        torch.testing.assert_close(product(image, alpha, unknown), expected[unknown].float(), atol=1e-3, rtol=1e-3)
