"""Scores are of what is seen: hidden colors change none, and a cut-out's are about those of its subject."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from softfocus.color import luminance
from softfocus.filters.gaussian import gaussian_blur
from softfocus.quality import measure_clarity, measure_effects, rank, write_report
from softfocus.quality.effect.bands import detail_kept, finest_kept, gain, split_bands
from softfocus.quality.effect.tone import low_pass
from softfocus.quality.regions import HIDDEN_MASK, NOTHING_SEEN
from softfocus.transparency import fill_transparent
from testing.hidden_colors import RAMPS, disc_alpha, hidden_noise, with_hidden
from testing.pictures import make_picture


def numbers(measured) -> dict[str, float]:
    """All numbers of a dataclass, by their path."""
    found = {}
    for name, value in dataclasses.asdict(measured).items():
        parts = value if isinstance(value, dict) else {"": value}
        found |= {f"{name}.{key}": each for key, each in parts.items() if isinstance(each, int | float)}
    return found


def mask_of(size: int) -> torch.Tensor:
    """A face inside the disc of the cut-out, softly edged."""
    return gaussian_blur(disc_alpha(size, 0.0, radius=0.12), 0.01 * size)


@pytest.mark.parametrize(("size", "ramp"), [(size, ramp) for size in (48, 300) for ramp in RAMPS])
@settings(max_examples=4, deadline=None)
@given(referenced=st.booleans(), masked=st.booleans(), seed=st.integers(0, 99), hidden=st.sampled_from([1.0, 65504.0]))
def test_hidden_colors_change_no_number(size, ramp, referenced, masked, seed, hidden):
    before, alpha = make_picture(size, size, seed=seed), disc_alpha(size, ramp)
    after, mask = gaussian_blur(before, 1.5), mask_of(size) if masked else None
    measured = []
    for color in (hidden, hidden_noise(before, seed)):
        image, reference = (with_hidden(each, alpha, color) for each in (after, before))
        clarity = measure_clarity(image, mask, alpha)
        effects = measure_effects(image, reference if referenced else None, mask, [clarity.distortions], alpha)
        measured.append(numbers(clarity) | numbers(effects[0]))
    assert measured[0] == measured[1]


@pytest.mark.parametrize("referenced", [True, False])
def test_opaque_alpha_changes_no_number(referenced):
    before = make_picture(200, 220, frames=2)
    after, masks = gaussian_blur(before, 1.5), mask_of(220)[..., 10:210, :].repeat(2, 1, 1, 1)
    alphas, reference = torch.ones_like(masks), before if referenced else None
    assert measure_effects(after, reference, masks, None, alphas) == measure_effects(after, reference, masks)
    assert measure_clarity(after[:1], masks[:1], alphas[:1]) == measure_clarity(after[:1], masks[:1])


def test_a_cut_out_measures_as_its_subject():
    """The middle of a picture, cut out of it, against the middle alone and against the same weights in the whole."""
    whole = torch.from_numpy(astronaut()).movedim(-1, 0)[None].float() / 255
    noise = torch.randn(whole.shape, generator=torch.Generator().manual_seed(0))
    whole = (whole + 0.02 * noise).clamp(0, 1)
    alpha = torch.zeros_like(whole[:, :1])
    middle = (..., slice(96, 416), slice(96, 416))
    alpha[middle] = 1
    soft = gaussian_blur(whole, 1.0)
    cut, alone = measure_clarity(whole * alpha, None, alpha), measure_clarity(whole[middle])
    assert cut.distortions.noise == pytest.approx(alone.distortions.noise, rel=0.1)
    assert cut.distortions.edge_width == pytest.approx(alone.distortions.edge_width, rel=0.1)
    assert cut.distortions.ringing == pytest.approx(alone.distortions.ringing, abs=0.1)
    assert cut.distortions.block_step == pytest.approx(alone.distortions.block_step, abs=0.1)
    assert cut.distortions.burnt_percent == pytest.approx(alone.distortions.burnt_percent, abs=0.5)
    assert cut.whole.brisque == pytest.approx(alone.whole.brisque, abs=3)
    assert cut.whole.piqe == pytest.approx(alone.whole.piqe, abs=5)
    (effect,) = measure_effects(soft * alpha, whole * alpha, None, None, alpha)
    after, before = (split_bands(luminance(each), luminance(low_pass(each))) for each in (soft, whole))
    assert effect.kept_whole == pytest.approx(detail_kept(after, before, alpha), rel=0.05)
    assert effect.finest == pytest.approx(finest_kept(after, before, alpha), rel=0.05)
    assert effect.form == pytest.approx(gain(after.form, before.form, alpha), rel=0.05)


@pytest.mark.parametrize("referenced", [True, False])
@pytest.mark.parametrize("size", [1, 20, 200])
def test_a_fully_transparent_picture_gets_a_sentence_and_finite_numbers(size, referenced):
    image, alpha = make_picture(size, size), torch.zeros(1, 1, size, size)
    clarity = measure_clarity(image, mask_of(size), alpha)
    effects = measure_effects(image, image if referenced else None, mask_of(size), [clarity.distortions], alpha)
    assert clarity.note == effects[0].note == NOTHING_SEEN
    assert all(abs(each) < float("inf") for each in (numbers(clarity) | numbers(effects[0])).values())
    assert NOTHING_SEEN in write_report(rank(effects), [clarity])


def test_a_mask_on_nothing_that_is_seen_is_said():
    image, alpha = make_picture(100, 100), disc_alpha(100, 0.0)
    mask = torch.zeros_like(alpha)
    mask[..., :10, :10] = 1
    assert measure_clarity(image, mask, alpha).note == HIDDEN_MASK


def test_a_mask_cut_with_the_picture_has_no_seam():
    """The cut is no outline of the mask: one that goes on under what is hidden counts as it would uncut."""
    image, alpha = make_picture(200, 200), torch.ones(1, 1, 200, 200)
    alpha[..., 100:] = 0
    mask = gaussian_blur(disc_alpha(200, 0.0, radius=0.25), 6)
    after = torch.lerp(gaussian_blur(image, 2), image, mask)
    (cut,) = measure_effects(fill_transparent(after, alpha), image, mask, None, alpha)
    (uncut,) = measure_effects(after, image, mask)
    assert cut.seam == pytest.approx(uncut.seam, abs=0.05)


def test_alpha_of_another_size_is_refused():
    image = make_picture(40, 40)
    with pytest.raises(ValueError, match="alpha"):
        measure_clarity(image, None, torch.ones(1, 1, 40, 41))
    with pytest.raises(ValueError, match="alphas"):
        measure_effects(image, None, None, None, torch.ones(1, 1, 40, 41))
