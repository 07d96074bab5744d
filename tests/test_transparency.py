"""Hidden colors change no pixel that is seen, and a cut-out is worked on as if its subject went on."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.bloom import luminance_bloom
from softfocus.filters.gaussian import gaussian_blur
from softfocus.filters.noise_level import noise_level
from softfocus.selective_blur import selective_gaussian_blur
from softfocus.sharpen import feature_sharpen
from softfocus.transparency import HIDDEN_TO, SEEN_FROM, fill_transparent, restore_hidden, visibility
from softfocus.units import percent_of_diagonal
from testing.hidden_colors import RAMPS, disc_alpha, hidden_noise, largest_change, with_hidden
from testing.pictures import make_picture

ROUNDING = 1e-3  # of 1/255
cut_outs = pytest.mark.parametrize(("size", "ramp"), [(size, ramp) for size in (48, 300) for ramp in RAMPS])


def over_white_and_noise(image, alpha, seed=0):
    return with_hidden(image, alpha, 1.0), with_hidden(image, alpha, hidden_noise(image, seed))


@cut_outs
@settings(max_examples=6, deadline=None)
@given(
    amount=st.floats(0.5, 4),
    radius=st.floats(0.15, 2),
    sourced=st.booleans(),
    masked=st.booleans(),
    guided=st.booleans(),
    seed=st.integers(0, 99),
)
def test_sharpening_ignores_hidden_colors(size, ramp, amount, radius, sourced, masked, guided, seed):
    alpha, plane = disc_alpha(size, ramp), make_picture(size, size, seed=seed + 1)[:, :1]
    sharp_pair = over_white_and_noise(make_picture(size, size, seed=seed), alpha, seed)
    soft_pair = over_white_and_noise(gaussian_blur(make_picture(size, size, seed=seed), 1), alpha, seed)
    images = soft_pair if sourced else sharp_pair
    results = [
        feature_sharpen(
            image,
            amount=amount,
            radius_px=percent_of_diagonal(image, radius),
            source=source if sourced else None,
            mask=plane if masked else None,
            strength=plane if guided else None,
            alpha=alpha,
        )
        for image, source in zip(images, sharp_pair, strict=True)
    ]
    for name in ("image", "gain", "features"):
        assert largest_change(*(getattr(each, name) for each in results), alpha) <= ROUNDING
    for image, result in zip(images, results, strict=True):
        assert torch.equal(result.image * (alpha == 0), image * (alpha == 0))


@cut_outs
@settings(max_examples=4, deadline=None)
@given(
    sigma=st.floats(0.2, 3),
    max_delta=st.sampled_from([0.05, 0.3, 1.0]),
    linear=st.booleans(),
    protected=st.booleans(),
    far=st.sampled_from([1.0, 3000.0]),
    seed=st.integers(0, 99),
)
def test_blur_ignores_hidden_colors(size, ramp, sigma, max_delta, linear, protected, far, seed):
    alpha, image = disc_alpha(size, ramp), make_picture(size, size, seed=seed)
    protect = make_picture(size, size, seed=seed + 1)[:, 2:] if protected else None
    first, second = (
        selective_gaussian_blur(
            with_hidden(image, alpha, hidden),
            percent_of_diagonal(image, sigma),
            protect=protect,
            alpha=alpha,
            linear_light=linear,
            max_delta=max_delta,
        )
        for hidden in (far, hidden_noise(image, seed))
    )
    assert largest_change(first, second, alpha) <= ROUNDING


@cut_outs
@settings(max_examples=4, deadline=None)
@given(
    threshold=st.sampled_from([0.0, 0.4]),
    boost=st.sampled_from([0.0, 2.0]),
    halation=st.sampled_from([0.0, 1.0]),
    radius=st.floats(0.5, 10),
    protected=st.booleans(),
    seed=st.integers(0, 99),
)
def test_bloom_ignores_hidden_colors(size, ramp, threshold, boost, halation, radius, protected, seed):
    alpha, image = disc_alpha(size, ramp), make_picture(size, size, seed=seed)
    pairs = zip(
        *(
            luminance_bloom(
                each,
                intensity=0.8,
                threshold=threshold,
                radius_px=percent_of_diagonal(image, radius),
                highlight_boost=boost,
                halation=halation,
                tint=(1.0, 0.8, 0.6),
                protect=make_picture(size, size, seed=seed + 1)[:, 2:] if protected else None,
                alpha=alpha,
            )
            for each in over_white_and_noise(image, alpha, seed)
        ),
        strict=True,
    )
    for first, second in pairs:
        assert largest_change(first, second, alpha) <= ROUNDING


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (33, 20), (64, 129)])
@pytest.mark.parametrize("hidden", [float("nan"), float("inf"), 65504.0])
def test_what_replaces_hidden_colors_is_of_the_visible_range(size, hidden):
    image = make_picture(*size, frames=2)
    alpha = (make_picture(*size, seed=1)[:, :1] - 0.4).clamp_min(0).repeat(2, 1, 1, 1)
    alpha[0, 0, 0, 0] = 1
    filled = fill_transparent(torch.where(alpha == 0, hidden, image), alpha)
    assert torch.equal(filled, fill_transparent(image, alpha))
    for own, shown, frame in zip(alpha, image, filled, strict=True):
        kept = own[0] > HIDDEN_TO
        seen = shown[:, kept] if kept.any() else shown.new_zeros(3, 1)
        assert (frame.amin((1, 2)) >= seen.amin(1) - 1e-6).all() and (frame.amax((1, 2)) <= seen.amax(1) + 1e-6).all()
        assert torch.equal(frame * (own >= SEEN_FROM), shown * (own >= SEEN_FROM))


@pytest.mark.parametrize("size", [(48, 64), (45, 61)])
def test_filling_is_mirrored_with_the_picture_and_frame_by_frame(size):
    image, alpha = make_picture(*size, frames=2), (make_picture(*size, frames=2, seed=1)[:, :1] - 0.3).clamp_min(0)
    alpha[1] = 1
    filled = fill_transparent(image, alpha)
    for axis in (-1, -2):
        mirrored = fill_transparent(image.flip(axis), alpha.flip(axis)).flip(axis)
        assert torch.allclose(mirrored, filled, atol=1e-4)
    assert torch.equal(filled[:1], fill_transparent(image[:1], alpha[:1]))
    assert torch.equal(filled[1], image[1])


def test_an_opaque_picture_is_not_touched():
    image, alpha = make_picture(40, 50), torch.ones(1, 1, 40, 50)
    assert fill_transparent(image, None) is image and fill_transparent(image, alpha) is image
    options = {"amount": 1.0, "radius_px": 1.5, "source": image}
    soft = gaussian_blur(image, 2)
    with_alpha, without = feature_sharpen(soft, alpha=alpha, **options), feature_sharpen(soft, **options)
    assert torch.equal(with_alpha.image, without.image) and torch.equal(with_alpha.gain, without.gain)


def test_influence_of_a_color_fades_as_its_alpha_goes_to_nothing():
    """A spot of another color at falling alpha: what opaque pixels take from it falls too, without a jump."""
    image = torch.full((1, 3, 48, 48), 0.5)
    spotted, alpha = image.clone(), disc_alpha(48, 0.0)
    place = (..., slice(24, 27), slice(39, 42))  # beside the disc
    spotted[place] = 1.0
    taken = []
    for level in (0.2, SEEN_FROM, 0.04, 0.02, 0.012, HIDDEN_TO, 1e-4, 0.0):
        alpha[place] = level
        pair = [
            feature_sharpen(each, amount=1, radius_px=1.5, floor=1, halo_limit=1, alpha=alpha).image
            for each in (spotted, image)
        ]
        taken.append(largest_change(*pair, alpha))
    assert taken[1] > 20 and 0 < taken[4] < 1 and taken[5:] == [0, 0, 0]
    assert all(more >= less for more, less in zip(taken, taken[1:], strict=False))


@settings(max_examples=20, deadline=None)
@given(seed=st.integers(0, 99), ramp=st.sampled_from(RAMPS))
def test_hidden_colors_come_back(seed, ramp):
    image, alpha = make_picture(48, 40, seed=seed), disc_alpha(48, ramp)[..., 4:44]
    filled = fill_transparent(image, alpha)
    assert torch.allclose(restore_hidden(filled, filled, image, alpha), image, atol=1e-6)
    result = gaussian_blur(filled, 2)
    restored = restore_hidden(result, filled, image, alpha)
    assert torch.equal(restored * (alpha == 0), image * (alpha == 0))
    assert torch.equal(restored * (alpha == 1), result * (alpha == 1))
    assert 0 <= restored.min() and restored.max() <= 1
    assert visibility(torch.tensor([0.0, HIDDEN_TO, SEEN_FROM, 1.0])).tolist() == [0, 0, 1, 1]


def test_noise_is_that_of_what_is_seen():
    noise = 0.04 * torch.randn(2, 1, 200, 200, generator=torch.Generator().manual_seed(0))
    luma, alpha = 0.5 + noise, disc_alpha(200, 0.05).repeat(2, 1, 1, 1)
    alpha[1] = 0
    filled = fill_transparent(luma, alpha)
    level = noise_level(filled, gaussian_blur(filled, 1), alpha)
    assert level[0] == pytest.approx(0.04, rel=0.1) and level[1] == 0


def look(image, alpha):
    """Softened, bloomed, and with its detail brought back, as the pack's nodes do it: before and after the last."""
    soft = selective_gaussian_blur(image, percent_of_diagonal(image, 0.5), alpha=alpha)
    soft, _ = luminance_bloom(soft, intensity=0.45, radius_px=percent_of_diagonal(image, 3), alpha=alpha)
    options = {"amount": 1.0, "radius_px": percent_of_diagonal(image, 0.3), "floor": 0.5}
    return soft, feature_sharpen(soft, source=image, alpha=alpha, **options).image


@cut_outs
def test_the_look_ignores_hidden_colors(size, ramp):
    image, alpha = make_picture(size, size), disc_alpha(size, ramp)
    first, second = (look(each, alpha)[1] for each in over_white_and_noise(image, alpha))
    assert largest_change(first, second, alpha) <= ROUNDING


@pytest.mark.parametrize("hidden", [0.0, 1.0])
@pytest.mark.parametrize("ramp", RAMPS)
def test_a_cut_out_gets_no_rim(ramp, hidden):
    """Along the cut, detail is brought back as it is where the picture goes on."""
    image, alpha = make_picture(300, 300), disc_alpha(300, ramp)
    changes = []
    for picture, own in ((image, None), (with_hidden(image, alpha, hidden), alpha)):
        soft, sharp = look(picture, own)
        changes.append(sharp - soft)
    off = ((changes[0] - changes[1]).abs() * (alpha == 1)).amax(1)
    share = float((off > 5 / 255).sum() / (alpha == 1).sum())
    assert share < 0.005
