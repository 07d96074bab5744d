"""Blur and bloom near faces: as soft as on a face that takes a fifth of the diagonal, elsewhere as ever."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import pad

from softfocus.at_settings import apply_bloom, apply_blur
from softfocus.bloom import luminance_bloom
from softfocus.color import luminance, srgb_to_linear
from softfocus.face_box import FACE_SHARE, REACH, FaceBox
from softfocus.filters.gaussian import gaussian_blur
from softfocus.look import make_look
from softfocus.selective_blur import selective_gaussian_blur
from softfocus.settings import BloomSettings, BlurSettings
from softfocus.units import diagonal
from testing.faces.shares import face_shares
from testing.pictures import make_picture

pytestmark = pytest.mark.usefixtures("path")

Effect = Callable[..., Tensor]
HEIGHT, WIDTH = 150, 200  # diagonal 250: a face is small below 50


def blur(image: Tensor, **options: Any) -> Tensor:
    return selective_gaussian_blur(image, 4.0, **options)


def bloom(image: Tensor, **options: Any) -> Tensor:
    return luminance_bloom(image, intensity=0.6, radius_px=8.0, halation=0.5, **options)[0]


EFFECTS: dict[str, Effect] = {"blur": blur, "max_delta": partial(blur, max_delta=0.3), "bloom": bloom}
every_effect = pytest.mark.parametrize("effect", EFFECTS.values(), ids=EFFECTS)


def planes(frames: int = 1) -> dict[str, dict[str, Tensor]]:
    """What an effect may be given beside the picture."""
    ramp = torch.linspace(1.2, -0.2, WIDTH).clamp(0, 1).expand(frames, 1, HEIGHT, WIDTH)
    return {"alone": {}, "protect": {"protect": ramp}, "alpha": {"alpha": ramp.flip(-1)}}


every_plane = pytest.mark.parametrize("given", ["alone", "protect", "alpha"])


def face(left: float, top: float, width: float) -> FaceBox:
    return FaceBox(left, top, width, 1.3 * width, width)


SMALL, OTHER, LARGE = face(70, 60, 20), face(105, 50, 30), face(30, 30, 50.5)


@every_effect
@every_plane
@pytest.mark.parametrize("faces", [[], [[]], [[LARGE]], [[face(400, 60, 20)]]])
def test_without_small_faces_no_bit_changes(effect, given, faces):
    image = make_picture(HEIGHT, WIDTH)
    assert torch.equal(effect(image, faces=faces, **planes()[given]), effect(image, **planes()[given]))


@every_effect
@every_plane
def test_beyond_the_surroundings_no_bit_changes(effect, given):
    image = make_picture(HEIGHT, WIDTH)
    changed = effect(image, faces=[[SMALL, OTHER]], **planes()[given]) != effect(image, **planes()[given])
    assert changed[..., 60:80, 72:88].float().mean() > 0.5
    for each in (SMALL, OTHER):
        changed[(..., *each.surroundings((HEIGHT, WIDTH)))] = False
    assert not changed.any()


def test_the_face_is_blurred_by_the_share_of_its_width():
    image = make_picture(HEIGHT, WIDTH)
    made = blur(image, faces=[[SMALL]], linear_light=False)
    assert torch.allclose(made[..., 60:86, 70:90], gaussian_blur(image, 4.0 * 0.4)[..., 60:86, 70:90], atol=1 / 255)


@every_plane
@pytest.mark.parametrize("max_delta", [1.0, 0.3])
def test_a_face_of_its_whole_picture_is_blurred_as_with_that_sigma(given, max_delta):
    """Where the box covers the picture, all of it has the face's sigma."""
    image = make_picture(HEIGHT, WIDTH)
    everywhere = FaceBox(-9, -9, WIDTH + 18, HEIGHT + 18, 25)
    options = {"linear_light": False, "max_delta": max_delta, **planes()[given]}
    made = selective_gaussian_blur(image, 4.0, faces=[[everywhere]], **options)
    assert (made - selective_gaussian_blur(image, 2.0, **options)).abs().max() < 1 / 255


def test_light_arrives_at_a_face_as_through_a_narrower_filter():
    image = make_picture(HEIGHT, WIDTH)
    narrow = luminance_bloom(image, intensity=0.6, radius_px=8.0 * 0.4, halation=0.5)[0]
    made, usual = bloom(image, faces=[[SMALL]]), bloom(image)
    here = (..., slice(60, 86), slice(70, 90))
    assert torch.allclose(made[here], narrow[here], atol=0.2 / 255) and (usual - narrow)[here].abs().max() > 0.02


def test_what_arrives_is_mixed_by_shares():
    """Below the shoulder light is linear in what arrives, so the formula must hold for light, up to the last pixel."""
    image, options = 0.6 * make_picture(HEIGHT, WIDTH), {"intensity": 0.6, "falloff": 0.2}
    usual, narrow, narrower = (
        srgb_to_linear(luminance_bloom(image, radius_px=8.0 * scale, **options)[0]) for scale in (1, 0.6, 0.4)
    )
    made = srgb_to_linear(luminance_bloom(image, radius_px=8.0, faces=[[OTHER, SMALL]], **options)[0])
    shares, free = face_shares([OTHER, SMALL], (HEIGHT, WIDTH))
    wanted = free * usual + shares[0] * narrow + shares[1] * narrower
    assert (made - wanted).abs().max() < 2e-4 < 0.02 < (made - usual).abs().max()


@pytest.mark.parametrize("share", [0.05, 0.12])
@pytest.mark.parametrize("effect", [apply_blur, lambda *given, **options: apply_bloom(*given, **options)[0]])
def test_softness_does_not_depend_on_how_much_is_around_the_face(effect, share):
    """The same face, of the same pixels, in a picture of twice the sides."""
    small = make_picture(300, 400)
    large = pad(small, (200, 200, 150, 150), mode="reflect")
    width = share * diagonal(small)
    one, two = face(190, 140, width), face(390, 290, width)
    here = (..., slice(140, 140 + int(1.3 * width)), slice(190, 190 + int(width)))
    there = (..., slice(290, 290 + int(1.3 * width)), slice(390, 390 + int(width)))
    settings = {"settings": BlurSettings(sigma=1)} if effect is apply_blur else {}
    assert torch.equal(small[here], large[there])
    first, second = effect(small, faces=[[one]], **settings)[here], effect(large, faces=[[two]], **settings)[there]
    usual = effect(large, **settings)[there]
    assert (first - second).abs().max() < 1 / 255 and (first - usual).abs().max() > 0.02


@every_effect
def test_there_is_no_seam(effect):
    """On a ramp the effect does nothing by itself, so that every step in it is the mixing's."""
    image = torch.linspace(0.1, 0.6, WIDTH).expand(1, 3, HEIGHT, WIDTH)
    change = (effect(image, faces=[[SMALL, OTHER]]) - effect(image))[..., 20:-20]
    assert max(change.diff(dim=axis).abs().max() for axis in (-1, -2)) < 0.1 / 255


def test_a_line_across_the_border_softens_step_by_step():
    """The peak of a line through the face falls without a jump from the sharp inside to the soft outside."""
    image = torch.full((1, 3, HEIGHT, WIDTH), 0.2)
    image[..., 73, :] = 0.9
    peak = blur(image, faces=[[SMALL]])[0, 0, 73]
    assert peak[80] > 1.3 * peak[20] and peak.diff().abs().max() < 0.04


@every_effect
@every_plane
def test_a_flat_picture_stays_flat(effect, given):
    image = torch.full((1, 3, HEIGHT, WIDTH), 0.7)
    made = effect(image, faces=[[SMALL, OTHER, LARGE]], **planes()[given])
    assert torch.allclose(made, image, atol=2e-5)


def test_mean_light_is_kept_nearly():
    image = make_picture(HEIGHT, WIDTH) * 0.6
    before, after = (luminance(srgb_to_linear(each)).mean() for each in (image, bloom(image, faces=[[SMALL, OTHER]])))
    assert abs(after / before - 1) < 5e-3


@every_effect
def test_faces_far_apart_change_as_if_alone(effect):
    image, left, right = make_picture(HEIGHT, WIDTH), face(30, 60, 20), face(140, 30, 30)
    both = effect(image, faces=[[left, right]])
    for each in (left, right):
        here = (..., *each.surroundings((HEIGHT, WIDTH)))
        assert torch.allclose(both[here], effect(image, faces=[[each]])[here], atol=1e-5)


@every_effect
def test_a_face_partly_outside_is_the_middle_of_the_mirrored_picture(effect):
    """Borders are mirrored, so a face that the edge cuts is one in the picture with its mirror image beside it."""
    image = 0.6 * make_picture(HEIGHT, WIDTH).roll(60, -1)  # an edge near the border, within max_delta
    mirrored = torch.cat([image.flip(-1), image], -1)
    ratio = diagonal(mirrored) / diagonal(image)
    cut, whole = FaceBox(-12, 60, 24, 30, 24), FaceBox(WIDTH - 12, 60, 24, 30, 24 * ratio)
    made = effect(image, faces=[[cut]])[..., 60:90, :12]
    wanted = effect(mirrored, faces=[[whole]])[..., 60:90, WIDTH : WIDTH + 12]
    assert torch.allclose(made, wanted, atol=1.5 / 255) and (made - effect(image)[..., 60:90, :12]).abs().max() > 0.02


@every_effect
def test_nothing_jumps_as_a_face_leaves_the_picture(effect):
    image = make_picture(HEIGHT, WIDTH)
    lefts = (-19.99, -20.01, -20 - REACH * 20 + 0.01, -20 - REACH * 20 - 2)
    inside, beside, last, gone = (effect(image, faces=[[face(left, 60, 20)]]) for left in lefts)
    assert (inside - beside).abs().max() < 0.2 / 255 and (last - gone).abs().max() < 0.2 / 255
    assert torch.equal(gone, effect(image)) and (beside - gone).abs().max() > 1 / 255


@every_effect
@every_plane
def test_each_frame_has_its_own_faces(effect, given):
    images = torch.cat([make_picture(HEIGHT, WIDTH), make_picture(HEIGHT, WIDTH, seed=1).flip(-1)])
    images = torch.cat([images, images[:1]])
    faces = [[SMALL], [OTHER, LARGE], []]
    together = effect(images, faces=faces, **planes(3)[given])
    for frame in range(3):
        alone = effect(images[frame : frame + 1], faces=[faces[frame]], **planes()[given])
        assert torch.allclose(together[frame], alone[0], atol=1e-5)
    assert torch.equal(together[2], effect(images, **planes(3)[given])[2])
    shared = effect(images[:1].expand(3, -1, -1, -1), faces=[[SMALL]], **planes(3)[given])
    assert torch.allclose(shared[0], together[0], atol=1e-5)
    if given == "alone":
        assert torch.allclose(shared[1:], shared[:1].expand(2, -1, -1, -1), atol=1e-5)


@every_effect
def test_protected_and_hidden_pixels_give_nothing_near_faces(effect):
    image, ramp = make_picture(HEIGHT, WIDTH) * 0.6, torch.zeros(1, 1, HEIGHT, WIDTH)
    ramp[..., :80] = 1  # through the face
    made = effect(image, faces=[[SMALL]], protect=ramp)
    assert torch.allclose(made[..., :80], image[..., :80], atol=1e-6)
    other = torch.where(ramp == 1, 0.9 - image, image)
    first, second = (effect(each, faces=[[SMALL]], alpha=1 - ramp) for each in (image, other))
    assert torch.allclose(first[..., 80:], second[..., 80:], atol=1e-4)


@every_effect
def test_inputs_are_never_changed(effect):
    image = make_picture(HEIGHT, WIDTH)
    before = image.clone()
    effect(image, faces=[[SMALL]])
    effect(image, faces=[[SMALL]], protect=torch.ones(1, 1, HEIGHT, WIDTH))
    assert torch.equal(image, before)


@every_effect
def test_boxes_that_are_none_are_named(effect):
    image = make_picture(HEIGHT, WIDTH)
    with pytest.raises(ValueError, match="faces has 2 lists"):
        effect(image, faces=[[], []])
    with pytest.raises(TypeError, match=r"faces\[0\]"):
        effect(image, faces=[SMALL])


def test_any_sigma_and_many_faces():
    """Wider than the picture, as wide as a pixel, and a crowd."""
    image = make_picture(HEIGHT, WIDTH)
    crowd = [face(20 * column, 25 * row, 14) for row in range(6) for column in range(10)]
    for sigma in (1e-3, 0.4, 60.0, 1e30):
        made = selective_gaussian_blur(image, sigma, faces=[crowd])
        assert torch.isfinite(made).all() and made.min() >= 0 and made.max() <= 1
    bloomed, _ = luminance_bloom(image, intensity=1, radius_px=1e4, faces=[crowd])
    assert torch.isfinite(bloomed).all()


def test_the_look_takes_faces():
    image, small = make_picture(300, 400), face(190, 140, 0.5 * FACE_SHARE * 500)
    usual, made = make_look(image), make_look(image, faces=[[small]])
    assert torch.equal(made.soft, apply_blur(image, faces=[[small]]))
    bloomed = apply_bloom(made.soft, BloomSettings(), faces=[[small]])[0]
    assert (made.bloomed - bloomed).abs().max() < 5e-6  # decoded and encoded once less
    assert (made.soft - usual.soft).abs().max() > 0.02
