"""Feature sharpen near faces: the bands are the face's own, its tones stay, and nothing else changes."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.color import luminance
from softfocus.detail.masked_base import BASE_SCALE, masked_base
from softfocus.face_box import FaceBox
from softfocus.filters.gaussian import gaussian_blur
from softfocus.sharpen import feature_sharpen
from softfocus.units import percent_of_diagonal
from testing.faces.shares import face_shares

pytestmark = pytest.mark.usefixtures("path")

HEIGHT, WIDTH = 360, 480  # diagonal 600
FACE = FaceBox(90, 90, 66, 75, 60)  # half as wide as radii in percent of the diagonal are made for
SCALE = 0.5


def source() -> torch.Tensor:
    """Blots of every size, as light as they are dark."""
    blots = torch.randn(4, 1, HEIGHT, WIDTH, generator=torch.Generator().manual_seed(4))
    planes = [gaussian_blur(each[None], sigma) for each, sigma in zip(blots, (1.0, 2.0, 5.0, 12.0), strict=True)]
    return (0.5 + sum(0.06 * plane / plane.std() for plane in planes)).expand(-1, 3, -1, -1).clamp(0, 1)


def soft() -> torch.Tensor:
    """Blurred, and lighter where the source is dark, as bloom makes it."""
    return gaussian_blur(source(), 4.0) * 0.7 + 0.2


def sharpened(image: torch.Tensor | None = None, percent: float = 0.15, **inputs) -> torch.Tensor:
    image = soft() if image is None else image
    inputs = {"amount": 1.0, "source": source(), "radius_px": percent_of_diagonal(image, percent), **inputs}
    return feature_sharpen(image, **inputs).image


def oval(face: FaceBox = FACE) -> torch.Tensor:
    mask = torch.zeros(1, 1, HEIGHT, WIDTH)
    rows, columns = (slice(int(at), int(at + side)) for at, side in ((face.top, face.height), (face.left, face.width)))
    mask[..., rows, columns] = 1
    return gaussian_blur(mask, 2.0)


@pytest.mark.parametrize("faces", [None, [], [[]], [[FaceBox(-100, 0, 50, 50, 50)]]])
def test_without_a_face_in_the_picture_nothing_is_different(faces):
    assert torch.equal(sharpened(faces=faces), sharpened())


def test_far_from_the_face_every_bit_is_as_without_it():
    with_face, without = sharpened(faces=[[FACE]]), sharpened()
    rows, columns = FACE.surroundings((HEIGHT, WIDTH))
    near = torch.zeros(HEIGHT, WIDTH, dtype=torch.bool)
    near[rows, columns] = True
    assert torch.equal(with_face[..., ~near], without[..., ~near])
    assert (with_face - without)[..., near].abs().max() > 0.02


def test_a_face_is_sharpened_alike_whatever_surrounds_it():
    """The same face in twice the picture: percent of the diagonal means other pixels, at the face they are the same."""
    wide = [torch.nn.functional.pad(each, (240, 240, 180, 180), mode="reflect") for each in (soft(), source())]
    moved = FaceBox(FACE.left + 240, FACE.top + 180, FACE.width, FACE.height, FACE.face_width)
    mask = torch.nn.functional.pad(oval(), (240, 240, 180, 180))
    small = sharpened(mask=oval(), faces=[[FACE]])
    large = sharpened(wide[0], mask=mask, source=wide[1], faces=[[moved]])
    assert (small - large[..., 180:-180, 240:-240]).abs().max() < 1 / 255
    apart = sharpened(wide[0], mask=mask, source=wide[1])[..., 180:-180, 240:-240] - sharpened(mask=oval())
    assert apart.abs().max() > 4 / 255


def test_the_tones_of_a_small_masked_face_stay():
    """A dream that is lighter on the face's left, as by a glow: more than detail at its scale, and not to be undone."""
    face = FaceBox(200, 150, 33, 37, 30)
    ramp = 0.2 * torch.sigmoid((face.left + face.width / 2 - torch.arange(WIDTH)) / (0.3 * face.face_width))
    dream, mask = gaussian_blur(source(), 1.0) * 0.8 + ramp, oval(face)
    shifts = []
    for faces in (None, [[face]]):
        change = luminance(sharpened(dream, mask=mask, floor=1.0, faces=faces) - dream)
        shifts.append((255 * gaussian_blur(change, 0.08 * face.face_width).abs() * mask).sum() / mask.sum())
    assert shifts[1] < 0.8 and shifts[1] < shifts[0] / 2.5


@given(st.floats(4, 40), st.integers(0, 9))
@settings(max_examples=20, deadline=None)
def test_what_a_mask_lets_through_has_no_local_mean(radius, seed):
    wanted = gaussian_blur(torch.randn(1, 1, 96, 128, generator=torch.Generator().manual_seed(seed)), 2.0) + 0.3
    mask = torch.zeros(1, 1, 96, 128)
    mask[..., 30:70, 30:90] = 1
    mask = gaussian_blur(mask, 3.0)
    left = gaussian_blur(mask * (wanted - masked_base(wanted, mask, radius)), BASE_SCALE * radius)
    assert left.abs().max() < 0.1 * gaussian_blur(mask * wanted, BASE_SCALE * radius).abs().max()


def test_no_pixel_passes_source_and_dream_by_more_than_it_may():
    result, before, after = (luminance(each) for each in (sharpened(faces=[[FACE]], floor=1.0), soft(), source()))
    beyond = torch.maximum(result - torch.maximum(before, after), torch.minimum(before, after) - result)
    (share,), _ = face_shares([FACE], (HEIGHT, WIDTH))
    assert beyond[share == 1].max() <= 4.7 * 0.01 + 1e-5
    free = luminance(sharpened(faces=[[FACE]], floor=1.0, halo_limit=1.0))
    assert (
        torch.maximum(free - torch.maximum(before, after), torch.minimum(before, after) - free)[share == 1].max() > 0.06
    )


def test_frames_have_faces_of_their_own():
    other = FaceBox(270, 180, 90, 99, 84)
    pair = [torch.cat([each, each.flip(-1)]) for each in (soft(), source())]
    both = sharpened(pair[0], source=pair[1], faces=[[FACE], [other]])
    for index, face in enumerate((FACE, other)):
        alone = sharpened(pair[0][index : index + 1], source=pair[1][index : index + 1], faces=[[face]])
        assert torch.allclose(both[index], alone[0], atol=1e-5)
    shared = sharpened(pair[0], source=pair[1], faces=[[FACE]])
    assert torch.equal(shared[0], both[0]) and (shared[1] - both[1]).abs().max() > 0.01


def test_changes_are_mixed_by_whose_scale_counts():
    small, large = FACE, FaceBox(165, 45, 255, 285, 240)
    faces = [[small, large]]
    alone = [sharpened(faces=[[each]], floor=1.0) - soft() for each in faces[0]]
    shares, free = face_shares(faces[0], (HEIGHT, WIDTH))
    mixed = sharpened(faces=faces, floor=1.0) - soft()
    only_large = shares[1] == 1
    assert (mixed - alone[1])[..., only_large[0, 0]].abs().max() < 4 / 255
    assert (mixed - alone[0])[..., shares[0][0, 0] > 0.93].abs().max() < 4 / 255
    assert free.min() == 0


@pytest.mark.parametrize("name, percent", [("fine", 0.03), ("medium", 0.5), ("coarse", 3.0)])
def test_a_texture_returns_by_its_share(name, percent):
    """A wave that one of the three bands holds: as much of it returns as its share says, and below 0 it softens."""
    columns = torch.arange(2048) + 0.5
    period = 2048 * percent / 100 * 4
    wave = 0.1 * torch.sin(columns * 2 * torch.pi / period).expand(1, 3, 8, 2048) + 0.5
    dream = 0.5 + 0.5 * (wave - 0.5)

    def found(**shares: float) -> float:
        result = feature_sharpen(
            dream, amount=1, radius_px=0.0075 * 2048, floor=1.0, halo_limit=1.0, source=wave, **shares
        ).image
        return float(((result - 0.5) * (wave - 0.5)).mean() / (wave - 0.5).square().mean())

    base = found()
    assert found(**{name: 2.0}) - base == pytest.approx(base - found(**{name: 0.0}), abs=0.02)
    assert found(**{name: 0.0}) == pytest.approx(0.5, abs=0.14)
    assert found(**{name: -1.0}) < 0.35
    others = {"fine", "medium", "coarse"} - {name}
    assert abs(found(**dict.fromkeys(others, 0.0)) - base) < 0.15


@pytest.mark.parametrize("name", ["fine", "medium", "coarse"])
@pytest.mark.parametrize("value", [-3.1, 4.1, float("nan")])
def test_a_share_out_of_its_range_is_named(picture, name, value):
    with pytest.raises(ValueError, match=f"{name} is"):
        feature_sharpen(picture, amount=1, radius_px=1.5, **{name: value})


def test_gains_near_a_face_are_shown_without_a_step():
    result = feature_sharpen(soft(), amount=1, radius_px=0.9, source=source(), mask=oval(), faces=[[FACE]])
    plain = feature_sharpen(soft(), amount=1, radius_px=0.9, source=source(), mask=oval())
    steps = [(each.gain.diff(dim=-1).abs().max(), each.gain.diff(dim=-2).abs().max()) for each in (result, plain)]
    assert max(steps[0]) < 2 * max(steps[1]) + 0.1
    assert 0 <= result.gain.min() and result.gain.max() <= 1


def test_the_order_of_faces_and_doubles_changes_nothing():
    pair = [FACE, FaceBox(130, 100, 66, 75, 70)]
    given = {"amount": 1, "radius_px": 0.9, "source": source()}
    once = feature_sharpen(soft(), faces=[pair], **given)
    for faces in (pair[::-1], [*pair, pair[0]], [*pair, FaceBox(90, 90, 66, 75, 60)]):
        again = feature_sharpen(soft(), faces=[faces], **given)
        for name in ("image", "gain", "features"):
            assert (getattr(again, name) - getattr(once, name)).abs().max() < 1e-4


@pytest.mark.parametrize("width", [89.0, 100.0, 111.6])
@pytest.mark.parametrize("plain", [False, True])
def test_a_face_that_comes_nearer_changes_step_by_step(width, plain):
    """The widths at which windows would be a pixel wider, and a coarse grid worth it along one side only."""
    results = []
    for wide in (0.996 * width, 1.004 * width):
        faces = [[FaceBox(240 - wide / 2, 180 - 0.6 * wide, wide, 1.2 * wide, wide)]]
        results.append(sharpened(source() if plain else None, source=None if plain else source(), faces=faces))
    apart = (results[0] - results[1]).abs()
    assert apart.max() < 1 / 255 and apart[..., 120:240, 190:290].mean() < 0.1 / 255


def test_a_trace_of_a_mask_elsewhere_changes_nothing_in_it():
    """What is worked on is cut out around the mask; where that ends must not show, even in a mask without feather."""
    mask = torch.zeros(1, 1, HEIGHT, WIDTH)
    mask[..., 105:150, 105:140] = 1
    traced = mask.clone()
    traced[..., 75, 75] = traced[..., 180, 170] = 0.004
    given = {"amount": 1, "radius_px": 1.8, "source": source(), "faces": [[FACE]]}
    one, other = (feature_sharpen(soft(), mask=each, **given) for each in (mask, traced))
    apart = [(getattr(one, name) - getattr(other, name)).abs() * mask for name in ("image", "gain")]
    assert apart[0].max() < 0.7 / 255 and apart[1].max() < 6 / 255
