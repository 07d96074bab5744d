"""Dream Guidance on latents: what stays bit for bit, and what a model with known samples makes of it."""

from __future__ import annotations

import math

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.dream_guidance import Gains, shape_guidance, shape_prediction, split_bands
from softfocus.filters.gaussian import gaussian_blur
from testing.dream.measures import compare, face_mask
from testing.dream.toy import SIZE, GaussianModel, Shape, filtered, to_frequencies

SIDES = st.integers(1, 20)
SPLIT = 2.0
ISSUE, DEFAULTS = Gains(1.5, 0.3), Gains(1.4, 0.3)
EVERYWHERE, NOWHERE = torch.ones(1, 1, SIZE, SIZE), torch.zeros(1, 1, SIZE, SIZE)


def latents(*shape: int, seed: int = 0) -> list[Tensor]:
    generator = torch.Generator().manual_seed(seed)
    return [torch.randn(shape, generator=generator) for _ in range(2)]


def shaper(gains: Gains, mask: Tensor, split_px: float = SPLIT) -> Shape:
    """What a sampler does with every prediction: guidance is shaped where there is some."""

    def shape(denoised: Tensor, unguided: Tensor | None, noisy: Tensor) -> Tensor:
        if unguided is None:
            return shape_prediction(denoised, noisy, 1.0, mask, gains, split_px)
        return shape_guidance(denoised, unguided, mask, gains, split_px)

    return shape


def detail_response() -> Tensor:
    """[64, 64]: share of each frequency that is detail."""
    impulse = torch.zeros(1, 1, SIZE, SIZE)
    impulse[..., 0, 0] = 1
    response = to_frequencies(split_bands(impulse, SPLIT)[1]) / to_frequencies(impulse)
    return response[0, 0]


@given(SIDES, SIDES, st.floats(0.2, 40), st.floats(0, 1))
@settings(max_examples=30, deadline=None)
def test_gains_of_one_change_no_bit(height, width, split_px, level):
    x0, other = latents(2, 4, height, width)
    mask = torch.full((1, 1, height, width), level)
    assert torch.equal(shape_guidance(x0, other, mask, Gains(), split_px), x0)
    assert torch.equal(shape_prediction(x0, other, 1.0, mask, Gains(), split_px), x0)


@pytest.mark.parametrize("mask, gains", [(EVERYWHERE, Gains(1, 0.3, 1, 0.5)), (NOWHERE, Gains(1.5, 1, 2, 1))])
def test_the_gains_of_a_region_that_is_not_there_do_nothing(mask, gains):
    x0, other = latents(1, 4, SIZE, SIZE)
    assert torch.allclose(shape_guidance(x0, other, mask, gains, SPLIT), x0, atol=1e-5)
    assert torch.allclose(shape_prediction(x0, other, 1.0, mask, gains, SPLIT), x0, atol=1e-5)
    detail_only = Gains(gains.detail_inside, gains.detail_outside)
    assert torch.equal(shape_guidance(x0, other, mask, detail_only, SPLIT), x0)


@given(SIDES, SIDES, st.floats(0.2, 40), st.floats(-3, 3))
@settings(max_examples=30, deadline=None)
def test_bands_sum_up_and_a_flat_latent_has_no_detail(height, width, split_px, level):
    latent = latents(1, 2, height, width)[0]
    structure, detail = split_bands(latent, split_px)
    assert torch.allclose(structure + detail, latent, atol=1e-5)
    assert split_bands(torch.full_like(latent, level), split_px)[1].abs().max() < 1e-4


@given(st.floats(0, 4), st.floats(0, 4), st.integers(0, 2))
@settings(max_examples=20, deadline=None)
def test_frame_k_of_a_batch_is_frame_k_alone(inside, outside, index):
    x0, other = latents(3, 4, 12, 16)
    masks = torch.rand(3, 1, 12, 16, generator=torch.Generator().manual_seed(1))
    gains, one = Gains(inside, outside, outside, inside), slice(index, index + 1)
    kept = [each.clone() for each in (x0, other, masks)]
    guided = shape_guidance(x0, other, masks, gains, SPLIT)
    predicted = shape_prediction(x0, other, 0.5, masks, gains, SPLIT)
    assert all(torch.equal(*pair) for pair in zip((x0, other, masks), kept, strict=True))
    assert torch.allclose(guided[one], shape_guidance(x0[one], other[one], masks[one], gains, SPLIT), atol=1e-5)
    alone = shape_prediction(x0[one], other[one], 0.5, masks[one], gains, SPLIT)
    assert torch.allclose(predicted[one], alone, atol=1e-5)
    assert torch.allclose(predicted.mean((-2, -1)), x0.mean((-2, -1)), atol=1e-5)


@pytest.mark.parametrize("gains", [ISSUE, Gains(1.2, 0.0), Gains(1, 1, 1.5, 0.5), Gains(2, 0.5, 0.7, 1.2)])
@pytest.mark.parametrize("inside", [True, False])
def test_guided_samples_are_the_known_ones(gains, inside):
    """Euler's error shrinks with its step: what remains of it at 400 steps is below 2 %."""
    model = GaussianModel(0, batch=1)
    start = model.start()
    detail, structure = (
        (gains.detail_inside, gains.structure_inside) if inside else (gains.detail_outside, gains.structure_outside)
    )
    found = model.sample(start, 7, 400, shaper(gains, EVERYWHERE if inside else NOWHERE))
    response = detail_response()
    known = model.answer(start, 7, structure + (detail - structure) * response)
    assert (found - known).norm() < 0.02 * known.norm()
    assert (found - model.answer(start, 7, torch.ones(()))).norm() > 0.08 * known.norm()  # and not the plain ones


@pytest.mark.parametrize("gain", [0.3, 0.7, 1.5])
@pytest.mark.parametrize("share", [0.3, 0.8])
def test_at_cfg_1_the_final_amplitude_is_the_gain_whatever_the_variance(gain, share):
    """White pictures: the docstring's integral holds for every frequency, with k to the power of what is detail."""
    model = GaussianModel(0, share, batch=1, corner=1e4)
    model.mean[1] = torch.zeros(())
    start = model.start()
    plain = model.sample(start, 1, 400, last=1e-4)
    found = model.sample(start, 1, 400, shaper(Gains(gain, gain), NOWHERE), last=1e-4)
    known = filtered(plain, gain ** detail_response())
    assert (found - known).norm() < 0.02 * known.norm()


@given(st.floats(0.05, 1))
@settings(max_examples=20, deadline=None)
def test_a_flow_model_is_the_same_picture_scaled(signal):
    """(1 - sigma) x0 + sigma noise is x0 + s noise, with s = sigma / (1 - sigma), times 1 - sigma."""
    x0, noise = latents(1, 4, 16, 16)
    noisy, mask = x0 + 0.7 * noise, torch.zeros(1, 1, 16, 16)
    wanted = shape_prediction(x0, noisy, 1.0, mask, Gains(1, 0.3, 1, 0.6), SPLIT)
    got = shape_prediction(x0, signal * noisy, torch.full((1, 1, 1, 1), signal), mask, Gains(1, 0.3, 1, 0.6), SPLIT)
    assert torch.allclose(got, wanted, atol=1e-4)


@pytest.mark.parametrize("gains", [ISSUE, DEFAULTS], ids=["issue", "defaults"])
@pytest.mark.parametrize("soft", [True, False], ids=["soft", "hard"])
@pytest.mark.parametrize("seed", [11, 12])
def test_detail_moves_between_the_regions_and_form_stays(gains, soft, seed):
    mask, model = face_mask((SIZE, SIZE), soft), GaussianModel(seed)
    start = model.start()
    change = compare(model.sample(start, 7, 26), model.sample(start, 7, 26, shaper(gains, mask)), mask, SPLIT)
    assert change.inside >= 1.3 and change.outside <= 0.3
    assert change.form >= 0.99 and change.seam <= 1.1


@pytest.mark.parametrize("steps", [4, 12, 50])
def test_at_cfg_1_gains_do_not_pile_up_from_step_to_step(steps):
    mask, model = face_mask((SIZE, SIZE)), GaussianModel(13)
    start = model.start()
    change = compare(model.sample(start, 1, steps), model.sample(start, 1, steps, shaper(ISSUE, mask)), mask, SPLIT)
    assert 1.3 <= change.inside <= 1.5**2 * 1.1 and 0.3**2 <= change.outside <= 0.3
    assert change.form >= 0.985 and change.seam <= 1.1


def test_structure_gains_leave_no_step_at_a_hard_edge():
    """On a flat guidance only the mask could draw an edge."""
    guided, plain = torch.ones(1, 1, SIZE, SIZE), torch.zeros(1, 1, SIZE, SIZE)
    shaped = shape_guidance(guided, plain, face_mask((SIZE, SIZE), soft=False), Gains(1, 1, 2, 0.5), SPLIT)
    assert shaped.max() > 1.95 and shaped.min() < 0.55
    steepest = 1.5 / (SPLIT * math.sqrt(2 * math.pi))  # the slope of a step blurred by the split's Gaussian
    assert max(shaped.diff(dim=axis).abs().max() for axis in (-1, -2)) < 1.1 * steepest


def test_more_gain_is_more_detail():
    x0, u = latents(1, 4, 32, 32)
    energies = []
    for gain in (0.0, 0.3, 1.0, 2.0):
        shaped = shape_guidance(x0, u, torch.zeros(1, 1, 32, 32), Gains(1, gain), SPLIT) - u
        energies.append(float((shaped - gaussian_blur(shaped, SPLIT)).square().mean()))
    assert energies == sorted(energies) and energies[-1] > 10 * energies[0]


@pytest.mark.parametrize("name", ["detail_inside", "detail_outside", "structure_inside", "structure_outside"])
@pytest.mark.parametrize("gain", [-0.1, math.nan, math.inf])
def test_wrong_gains_are_named(name, gain):
    with pytest.raises(ValueError, match=f"{name} is {gain}; it must be a number of 0 or more"):
        Gains(**{name: gain})


@pytest.mark.parametrize("split_px", [0, -1, math.nan, math.inf])
def test_wrong_split_is_named(split_px):
    x0, u = latents(1, 4, 8, 8)
    with pytest.raises(ValueError, match="split_px is"):
        shape_guidance(x0, u, torch.zeros(1, 1, 8, 8), ISSUE, split_px)


def test_gain_zero_and_empty_latents_give_numbers():
    zero = torch.zeros(1, 4, 8, 8)
    mask = torch.zeros(1, 1, 8, 8)
    assert torch.equal(shape_prediction(zero, zero, 1.0, mask, Gains(0, 0, 0, 0), SPLIT), zero)
    x0, noisy = latents(1, 4, 8, 8)
    assert torch.isfinite(shape_prediction(x0, noisy, 0.0, mask, Gains(0, 0, 0, 0), SPLIT)).all()
