"""The measures of matting: values worked out by hand, a second implementation, and what must hold for any mattes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.ndimage import convolve, gaussian_filter
from skimage.measure import label, regionprops

from testing.matting.metrics import conn_error, grad_error, mad, mse, sad

MEASURES = (sad, mad, mse, grad_error, conn_error)


def matte(seed: int, size: int = 48) -> torch.Tensor:
    """Pieces with soft edges, many of them, none like another."""
    noise = gaussian_filter(np.random.default_rng(seed).standard_normal((size, size)), 2.5)
    return torch.from_numpy(np.clip(0.5 + 1.2 * noise / noise.std() / 2, 0, 1))[None, None].float()


def ramp(start: int, width: int, size: int = 64) -> torch.Tensor:
    """0 up to the column `start`, 1 from `width` columns later on."""
    return ((torch.arange(size) - start) / width).clamp(0, 1).expand(1, 1, size, size)


def disc(x: int, y: int, radius: int, size: int = 64) -> torch.Tensor:
    row, column = torch.meshgrid(torch.arange(size), torch.arange(size), indexing="ij")
    return ((row - y) ** 2 + (column - x) ** 2 <= radius**2)[None, None]


def test_shifted_ramp():
    width, shift, rows = 20, 3, 64
    before, after = ramp(10, width), ramp(10 + shift, width)
    assert sad(after, before).item() == pytest.approx(rows * shift / 1000)  # the area between two parallel edges
    assert mad(after, before).item() == pytest.approx(1000 * shift / 64)
    squares = (width - shift + 1) * shift**2 + 2 * sum(step**2 for step in range(1, shift))
    assert mse(after, before).item() == pytest.approx(1000 * squares / width**2 / 64)


def test_gradient_of_a_plane():
    """A plane of slope s answers s * 2 sqrt(2 pi) sigma^2 (kernel of norm 1), 1.5 % less as the kernel is cut."""
    slope, sigma = 1 / 60, 1.4
    plane = slope * torch.arange(60.0).expand(1, 1, 60, 60)
    inner = torch.zeros(1, 1, 60, 60)
    inner[..., 10:-10, 10:-10] = 1
    answer = math.sqrt(1000 * grad_error(plane, torch.zeros_like(plane), inner).item() / inner.sum().item())
    assert answer == pytest.approx(0.985 * slope * 2 * math.sqrt(2 * math.pi) * sigma**2, rel=0.003)
    assert grad_error(plane, plane + 0.3).item() == pytest.approx(0, abs=1e-9)


def test_conn_of_a_piece_that_hangs_on_nothing():
    head, speck = disc(20, 32, 14).float(), disc(52, 32, 6).float()
    area = speck.sum().item() / 1000
    assert conn_error(head + speck, head).item() == pytest.approx(area)
    assert conn_error(head + 0.5 * speck, head + speck).item() == pytest.approx(0.5 * area)
    assert conn_error(head + 0.1 * speck, head).item() == 0  # below the tolerance of 0.15


def test_conn_of_a_piece_that_hangs_on_a_faint_bridge():
    head, speck = disc(20, 32, 14), disc(52, 32, 6)
    bridge = torch.zeros(1, 1, 64, 64)
    bridge[..., 31:34, 30:50] = 0.62
    truth = torch.where(head | speck, 1.0, bridge)
    alpha = torch.where(speck, 0.9, truth)
    # Both let go of the head above 0.6: 0.3 and 0.4 over it.
    assert conn_error(alpha, truth).item() == pytest.approx(0.1 * speck.sum().item() / 1000, rel=1e-5)


def test_conn_joins_along_sides_not_corners():
    truth = torch.zeros(1, 1, 8, 8)
    truth[..., :4, :4] = 1
    truth[..., 4, 4] = 1
    alpha = truth.clone()
    alpha[..., 4, 4] = 0.6
    assert conn_error(alpha, truth).item() == pytest.approx(0.4 / 1000, rel=1e-5)


def second_grad(alpha: np.ndarray, truth: np.ndarray) -> np.ndarray:
    sigma = 1.4
    half = math.ceil(sigma * math.sqrt(-2 * math.log(math.sqrt(2 * math.pi) * sigma * 0.01)))
    kernel = np.empty((2 * half + 1, 2 * half + 1))
    for i in range(-half, half + 1):
        for j in range(-half, half + 1):
            density = math.exp(-(i * i + j * j) / (2 * sigma**2)) / (2 * math.pi * sigma**2)
            kernel[i + half, j + half] = -j / sigma**2 * density
    kernel /= math.sqrt((kernel**2).sum())
    lengths = [
        np.hypot(convolve(each, kernel, mode="nearest"), convolve(each, kernel.T, mode="nearest"))
        for each in (alpha, truth)
    ]
    return (lengths[0] - lengths[1]) ** 2


def second_conn(alpha: np.ndarray, truth: np.ndarray) -> np.ndarray:
    level = np.full(alpha.shape, -1.0)
    for step in range(1, 11):
        pieces = label((alpha >= step / 10) & (truth >= step / 10), connectivity=1)
        regions = regionprops(pieces)
        largest = pieces == max(regions, key=lambda each: each.area).label if regions else pieces > 0
        level[(level == -1) & ~largest] = (step - 1) / 10
    level[level == -1] = 1
    apart = [each - level for each in (alpha, truth)]
    phi = [1 - each * (each >= 0.15) for each in apart]
    return np.abs(phi[0] - phi[1])


@pytest.mark.parametrize("seed", range(8))
def test_second_implementation(seed):
    alpha, truth = matte(seed), (0.7 * matte(seed) + 0.5 * matte(seed + 100)).clamp(0, 1)
    region = (matte(seed + 200) > 0.4).float()
    a, t, inside = (each[0, 0].double().numpy() for each in (alpha, truth, region))
    expected = {
        sad: (np.abs(a - t) * inside).sum() / 1000,
        mad: np.abs(a - t)[inside > 0].mean() * 1000,
        mse: ((a - t) ** 2)[inside > 0].mean() * 1000,
        grad_error: (second_grad(a, t) * inside).sum() / 1000,
        conn_error: (second_conn(a, t) * inside).sum() / 1000,
    }
    for measure, value in expected.items():
        assert value > 0
        assert measure(alpha, truth, region).item() == pytest.approx(value, rel=1e-6), measure.__name__


@settings(max_examples=25, deadline=None)
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_any_two_mattes(first, second):
    alpha, truth = matte(first, 24), matte(second, 24)
    region = (matte(first + 1, 24) > 0.5).float()
    for measure in MEASURES:
        assert measure(alpha, alpha).item() == 0
        assert measure(alpha, truth).item() == pytest.approx(measure(truth, alpha).item())
        inside, rest = measure(alpha, truth, region).item(), measure(alpha, truth, 1 - region).item()
        if measure in (mad, mse):
            share = region.mean().item()
            inside, rest = inside * share, rest * (1 - share)
        assert inside + rest == pytest.approx(measure(alpha, truth).item(), rel=1e-5)


@pytest.mark.parametrize("measure", MEASURES)
def test_batch_is_measured_one_by_one(measure):
    alpha, truth = (torch.cat([matte(seed) for seed in seeds]) for seeds in ((1, 2, 3), (4, 5, 6)))
    together = measure(alpha, truth)
    assert together.shape == (3,)
    for index in range(3):
        alone = measure(alpha[index : index + 1], truth[index : index + 1])
        assert together[index].item() == pytest.approx(alone.item())


@pytest.mark.parametrize("measure", MEASURES)
def test_bool_and_empty_regions(measure):
    alpha, truth = matte(1), matte(2)
    region = matte(3) > 0.5
    assert measure(alpha, truth, region).item() == measure(alpha, truth, region.float()).item()
    assert measure(alpha, truth, torch.zeros_like(truth)).item() == 0


@pytest.mark.parametrize("measure", MEASURES)
def test_shapes_are_checked(measure):
    alpha = matte(1)
    with pytest.raises(ValueError, match="alpha and truth"):
        measure(alpha, matte(1, 24))
    with pytest.raises(ValueError, match="alpha and truth"):
        measure(alpha[0], alpha[0])
    with pytest.raises(ValueError, match="region"):
        measure(alpha, alpha, torch.ones(1, 1, 24, 24))
