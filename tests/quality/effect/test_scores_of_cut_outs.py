"""Scores are of what is seen: hidden colors change none, and a cut-out's are about those of its subject."""

from __future__ import annotations

import dataclasses

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from skimage.data import astronaut

from softfocus.filters.gaussian import gaussian_blur
from softfocus.quality import Measured, measure_clarity, measure_effect, rank, write_report
from softfocus.quality.effect.bands import detail_kept, finest_kept, gain, split_bands
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
        picture = Measured.of(image, reference if referenced else None, mask, alpha)
        clarity = measure_clarity(picture)
        measured.append(numbers(clarity) | numbers(measure_effect(picture, clarity.distortions)))
    assert measured[0] == measured[1]


@pytest.mark.parametrize("referenced", [True, False])
def test_opaque_alpha_changes_no_number(referenced):
    before = make_picture(200, 220)
    after, mask = gaussian_blur(before, 1.5), mask_of(220)[..., 10:210, :]
    opaque, plain = (
        Measured.of(after, before if referenced else None, mask, alpha) for alpha in (torch.ones_like(mask), None)
    )
    assert measure_effect(opaque) == measure_effect(plain)
    assert measure_clarity(opaque) == measure_clarity(plain)


def test_a_cut_out_measures_as_its_subject():
    """The middle of a picture, cut out of it, against the middle alone and against the same weights in the whole."""
    whole = torch.from_numpy(astronaut()).movedim(-1, 0)[None].float() / 255
    noise = torch.randn(whole.shape, generator=torch.Generator().manual_seed(0))
    whole = (whole + 0.02 * noise).clamp(0, 1)
    alpha = torch.zeros_like(whole[:, :1])
    middle = (..., slice(96, 416), slice(96, 416))
    alpha[middle] = 1
    soft = gaussian_blur(whole, 1.0)
    cut, alone = (
        measure_clarity(each) for each in (Measured.of(whole * alpha, alpha=alpha), Measured.of(whole[middle]))
    )
    assert cut.distortions.noise == pytest.approx(alone.distortions.noise, rel=0.1)
    assert cut.distortions.edge_width == pytest.approx(alone.distortions.edge_width, rel=0.1)
    assert cut.distortions.ringing == pytest.approx(alone.distortions.ringing, abs=0.1)
    assert cut.distortions.block_step == pytest.approx(alone.distortions.block_step, abs=0.1)
    assert cut.distortions.burnt_percent == pytest.approx(alone.distortions.burnt_percent, abs=0.5)
    assert cut.whole.brisque == pytest.approx(alone.whole.brisque, abs=3)
    assert cut.whole.piqe == pytest.approx(alone.whole.piqe, abs=5)
    effect = measure_effect(Measured.of(soft * alpha, whole * alpha, alpha=alpha))
    after, before = (split_bands(Measured.of(each)) for each in (soft, whole))
    assert effect.kept_whole == pytest.approx(detail_kept(after.energy(alpha), before.energy(alpha)), rel=0.05)
    assert effect.finest == pytest.approx(finest_kept(after, before, alpha), rel=0.05)
    assert effect.form == pytest.approx(gain(after.form, before.form, alpha), rel=0.05)


@pytest.mark.parametrize("referenced", [True, False])
@pytest.mark.parametrize("size", [1, 20, 200])
def test_a_fully_transparent_picture_gets_a_sentence_and_finite_numbers(size, referenced):
    image, alpha = make_picture(size, size), torch.zeros(1, 1, size, size)
    picture = Measured.of(image, image if referenced else None, mask_of(size), alpha)
    clarity = measure_clarity(picture)
    effect = measure_effect(picture, clarity.distortions)
    assert clarity.note == effect.note == NOTHING_SEEN
    assert all(abs(each) < float("inf") for each in (numbers(clarity) | numbers(effect)).values())
    assert NOTHING_SEEN in write_report(rank([effect]), [clarity])


def test_a_mask_on_nothing_that_is_seen_is_said():
    image, alpha = make_picture(100, 100), disc_alpha(100, 0.0)
    mask = torch.zeros_like(alpha)
    mask[..., :10, :10] = 1
    assert measure_clarity(Measured.of(image, mask=mask, alpha=alpha)).note == HIDDEN_MASK


def test_a_mask_cut_with_the_picture_has_no_seam():
    """The cut is no outline of the mask: one that goes on under what is hidden counts as it would uncut."""
    image, alpha = make_picture(200, 200), torch.ones(1, 1, 200, 200)
    alpha[..., 100:] = 0
    mask = gaussian_blur(disc_alpha(200, 0.0, radius=0.25), 6)
    after = torch.lerp(gaussian_blur(image, 2), image, mask)
    cut = measure_effect(Measured.of(fill_transparent(after, alpha), image, mask, alpha))
    uncut = measure_effect(Measured.of(after, image, mask))
    assert cut.seam == pytest.approx(uncut.seam, abs=0.05)


def test_alpha_of_another_size_is_refused():
    image = make_picture(40, 40)
    with pytest.raises(ValueError, match="alpha has shape"):
        Measured.of(image, alpha=torch.ones(1, 1, 40, 41))
