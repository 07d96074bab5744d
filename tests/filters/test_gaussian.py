"""gaussian_blur against a float64 convolution truncated at 6 sigma, and its invariants."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.filters import gaussian
from softfocus.filters.gaussian import COARSE_FROM_PX, gaussian_blur, gaussian_mixture

pytestmark = pytest.mark.usefixtures("path")

ERROR = 0.1 / 255
SIGMAS = [0.3, 0.5, 1.0, 2.0, 3.9, COARSE_FROM_PX, 5.0, 8.0, 17.3, 50.0, 128.0, 400.0]
SIZES = [(1, 1), (7, 5), (2, 1500), (64, 97), (333, 256)]


def reference_matrix(size: int, sigma: float) -> torch.Tensor:
    """Dense float64 filter matrix with explicit mirroring, written without the library's helpers."""
    reach = math.ceil(6 * sigma)
    kernel = [math.exp(-0.5 * (k / sigma) ** 2) for k in range(-reach, reach + 1)]
    total = sum(kernel)
    mirrored = list(range(size)) + list(range(size - 1, -1, -1))
    matrix = torch.zeros(size, size, dtype=torch.float64)
    rows = torch.arange(size)
    lookup = torch.tensor(mirrored)
    for offset, weight in zip(range(-reach, reach + 1), kernel, strict=True):
        columns = lookup[(rows + offset) % (2 * size)]
        matrix.index_put_((rows, columns), torch.tensor(weight / total, dtype=torch.float64), accumulate=True)
    return matrix


def reference_blur(image: torch.Tensor, sigma: float) -> torch.Tensor:
    height, width = image.shape[-2:]
    return reference_matrix(height, sigma) @ image.double() @ reference_matrix(width, sigma).T


def hard_pictures(height: int, width: int) -> torch.Tensor:
    """Noise, 0/1 noise, a checkerboard and impulses at the corner and in the middle."""
    generator = torch.Generator().manual_seed(1)
    noise = torch.rand(1, 2, height, width, generator=generator)
    noise[:, 1] = (noise[:, 1] > 0.5).float()
    rows, columns = torch.arange(height)[:, None], torch.arange(width)[None]
    board = ((rows // 3 + columns // 5) % 2).float()[None, None]
    impulses = torch.zeros(1, 1, height, width)
    impulses[..., 0, 0] = impulses[..., height // 2, width // 2] = 1
    return torch.cat([noise, board, impulses], 1)


@pytest.mark.parametrize("sigma", SIGMAS)
@pytest.mark.parametrize("size", SIZES)
def test_error_against_float64_convolution(size, sigma):
    image = hard_pictures(*size)
    error = (gaussian_blur(image, sigma).double() - reference_blur(image, sigma)).abs().max()
    assert error <= ERROR


@settings(max_examples=60, deadline=None)
@given(height=st.integers(1, 150), width=st.integers(1, 150), log_sigma=st.floats(math.log(0.3), math.log(400)))
def test_error_at_any_size_and_sigma(height, width, log_sigma):
    image, sigma = hard_pictures(height, width), math.exp(log_sigma)
    assert (gaussian_blur(image, sigma).double() - reference_blur(image, sigma)).abs().max() <= ERROR


@settings(max_examples=60, deadline=None)
@given(
    height=st.integers(1, 40),
    width=st.integers(1, 40),
    sigma=st.floats(0.3, 60),
    value=st.floats(-4, 4, width=32),
)
def test_constant_stays_constant(height, width, sigma, value):
    flat = torch.full((1, 1, height, width), value)
    assert torch.allclose(gaussian_blur(flat, sigma), flat, atol=1e-5)


@pytest.mark.parametrize("sigma", [0.7, 3.0, 9.0, 40.0])
def test_mean_is_kept(sigma):
    image = hard_pictures(60, 81)
    kept = gaussian_blur(image, sigma).mean((-1, -2))
    assert torch.allclose(kept, image.mean((-1, -2)), atol=2e-5)


@pytest.mark.parametrize("sigma", [1.0, 12.0])
def test_flip_and_transpose_commute(sigma):
    image = hard_pictures(50, 70)
    blurred = gaussian_blur(image, sigma)
    assert torch.allclose(gaussian_blur(image.flip(-1), sigma), blurred.flip(-1), atol=1e-5)
    assert torch.allclose(gaussian_blur(image.mT, sigma), blurred.mT, atol=1e-5)


@pytest.mark.parametrize("order", [(0, 1, 2, 3), (3, 0, 1, 2), (0, 1, 3, 2), (1, 0, 3, 2)])
@pytest.mark.parametrize("channels", [1, 3])
@pytest.mark.parametrize("size", [(1, 1), (1, 50), (50, 1), (33, 47)])
def test_any_order_in_memory(size, channels, order):
    image = torch.rand(1, channels, *size, generator=torch.Generator().manual_seed(0))
    back = [order.index(axis) for axis in range(4)]
    lying = image.permute(order).contiguous().permute(back)
    for sigmas in ([0.8], [7.0], [0.8, 1.5, 9.0]):
        weights = [1 / len(sigmas)] * len(sigmas)
        wanted = gaussian_mixture(image, sigmas, weights)
        assert torch.allclose(gaussian_mixture(lying, sigmas, weights), wanted, atol=1e-6)


@pytest.mark.parametrize("sigma", [0.4, 1.0, 3.9])
@pytest.mark.parametrize("size", SIZES)
def test_the_same_without_opencv(size, sigma, monkeypatch):
    image = hard_pictures(*size)
    fast = gaussian_blur(image, sigma)
    monkeypatch.setattr(gaussian, "_opencv", lambda: None)
    assert torch.allclose(gaussian_blur(image, sigma), fast, atol=2e-6)


def test_sigma_zero_is_the_input_and_input_is_unchanged(picture):
    before = picture.clone()
    assert gaussian_blur(picture, 0) is picture
    gaussian_blur(picture, 5)
    assert torch.equal(picture, before)


def test_frames_are_independent():
    batch = torch.rand(3, 3, 33, 47)
    for sigma in (1.5, 11.0):
        alone = torch.cat([gaussian_blur(frame[None], sigma) for frame in batch])
        assert torch.allclose(gaussian_blur(batch, sigma), alone, atol=1e-6)


@pytest.mark.parametrize("narrowest", [1.2, 2.0, 3.1])
def test_mixture_is_the_sum_of_its_parts(narrowest):
    image = hard_pictures(200, 150)
    sigmas, weights = [narrowest, 3.4, 5.0, 11.0, 30.0], [0.1, 0.2, 0.3, 0.15, 0.25]
    parts = sum(weight * reference_blur(image, sigma) for sigma, weight in zip(sigmas, weights, strict=True))
    assert (gaussian_mixture(image, sigmas, weights).double() - parts).abs().max() <= ERROR


@settings(max_examples=200, deadline=None)
@given(
    height=st.integers(1, 3) | st.integers(4, 70),
    width=st.integers(1, 3) | st.integers(4, 70),
    sigmas=st.lists(st.sampled_from([0.0, 0.02, 0.2, 0.45, 0.7, 2.0, 3.3, 4.0, 9.0, 43.0]), min_size=1, max_size=5),
    opencv=st.booleans(),
)
def test_mixture_of_any_sigmas_at_any_size(height, width, sigmas, opencv):
    image, sigmas = hard_pictures(height, width), sorted(sigmas)
    parts = sum(reference_blur(image, max(sigma, 1e-3)) for sigma in sigmas) / len(sigmas)
    with pytest.MonkeyPatch.context() as patch:
        if not opencv:
            patch.setattr(gaussian, "_opencv", lambda: None)
        mixed = gaussian_mixture(image, sigmas, [1 / len(sigmas)] * len(sigmas))
    assert mixed.is_contiguous()
    assert (mixed.double() - parts).abs().max() <= ERROR


@pytest.mark.parametrize("sigma", [-1.0, math.nan, math.inf])
def test_bad_sigma_is_named(picture, sigma):
    with pytest.raises(ValueError, match="sigma_px"):
        gaussian_blur(picture, sigma)


def test_bad_shape_is_named():
    with pytest.raises(ValueError, match=r"\[B, C, H, W\]"):
        gaussian_blur(torch.zeros(3, 4), 1)
