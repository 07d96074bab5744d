"""The hair: where it is, where it is not, and that size, side and company do not matter."""

from __future__ import annotations

from functools import cache

import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.faces import Face, find_faces, region_masks
from softfocus.faces.crops import Square
from softfocus.faces.masks.hair import _own, hair_mask
from softfocus.faces.nets.hair import HairSegmentation
from softfocus.faces.nets.weights import load_hair_net
from softfocus.filters.gaussian import gaussian_blur
from testing.faces.portrait import BOX, face, nets, picture

LEFT, TOP, WIDTH, HEIGHT = BOX
CROWN = (slice(25, 60), slice(185, 260))
BESIDE = (slice(75, 110), slice(160, 172))
SUIT = (slice(260, 512), slice(0, 330))
BACKGROUND = (slice(0, 150), slice(320, 512))


@cache
def net() -> HairSegmentation:
    return load_hair_net()


@cache
def hair() -> Tensor:
    return hair_mask(net(), picture(), [[face()]])


def share(first: Tensor, second: Tensor) -> float:
    """Overlap of two soft masks: the sum of the minimum over that of the maximum."""
    return (torch.minimum(first, second).sum() / torch.maximum(first, second).sum()).item()


def scaled(found: Face, scale: float, shift: tuple[float, float] = (0.0, 0.0)) -> Face:
    assert found.landmarks is not None
    return Face((0, 0, 0, 0), 1.0, landmarks=found.landmarks * scale + torch.tensor(shift))


@pytest.mark.parametrize("refine", [0, 2])
def test_hair_is_hair_and_nothing_else(refine):
    mask = hair_mask(net(), picture(), [[face()]], refine)
    assert mask.shape == (1, 1, 512, 512) and mask.amin() >= 0 and mask.amax() <= 1
    plane = mask[0, 0]
    assert plane[CROWN].mean() > 0.9
    assert plane[BESIDE].mean() > 0.9
    assert plane[BACKGROUND].max() < 0.02
    assert plane[SUIT].mean() < 0.01
    features = region_masks([[face()]], (512, 512))
    for name in ("eyes", "nose", "lips"):
        assert (plane * (features[name][0, 0] > 0.5)).max() < 0.05, name
    core = plane[TOP + HEIGHT // 3 : TOP + 4 * HEIGHT // 5, LEFT + WIDTH // 4 : LEFT + 3 * WIDTH // 4]
    assert core.max() < 0.05


def test_refining_resolves_strands():
    """A comb of dark strands above the head, finer than the net's crop, stays a comb."""
    image = interpolate(picture(), (1024, 1024), mode="bilinear")
    comb, gaps = image.clone(), torch.zeros(1024, 1024, dtype=torch.bool)
    rows, columns = slice(24, 44), slice(400, 500)
    gaps[rows, columns] = True
    gaps[:, ::4] = gaps[:, 1::4] = False
    strands = torch.zeros_like(gaps)
    strands[rows, columns] = ~gaps[rows, columns]
    comb[..., strands] = image[..., 60:100, 400:500].mean((2, 3))[..., None]
    comb[..., gaps] = image[..., :20, 400:500].mean((2, 3))[..., None]
    person = [[scaled(face(), 2.0)]]
    rough, fine = (hair_mask(net(), comb, person, refine)[0, 0] for refine in (0, 3))
    before, after = ((each[strands].mean() - each[gaps].mean()).item() for each in (rough, fine))
    assert before < 0.05 and after > 0.2, (before, after)


def test_no_face_gives_zeros():
    for faces in (
        [[]],
        [[Face((10, 10, 50, 50), 1.0)]],
        [[scaled(face(), 0.0, (250.3, 90.6))]],
        [[scaled(face(), 1.0, (9e3, 9e3))]],
    ):
        assert torch.equal(hair_mask(net(), picture(), faces), torch.zeros(1, 1, 512, 512))
    assert hair_mask(net(), torch.zeros(0, 3, 64, 64), []).shape == (0, 1, 64, 64)


@pytest.mark.parametrize("size", [256, 1024])
def test_hair_is_the_same_at_other_sizes(size):
    image = interpolate(picture(), (size, size), mode="bilinear", antialias=True)
    mask = hair_mask(net(), image, [[scaled(face(), size / 512)]])
    assert share(interpolate(mask, (512, 512), mode="bilinear", antialias=True), hair()) > 0.8


def test_a_mirrored_picture_gives_the_mirrored_hair():
    mirrored = picture().flip(-1)
    assert share(hair_mask(net(), mirrored, find_faces(nets(), mirrored)).flip(-1), hair()) > 0.85


def test_what_does_not_hang_together_with_the_head_is_no_hair():
    """In a square of 512 px around the head: what touches the face's surroundings stays, an island does not."""
    landmarks = face().landmarks
    assert landmarks is not None
    square = Square(256.0, 256.0, 512.0)
    hair_like = torch.zeros(1, 1, 512, 512)
    hair_like[..., 20:60, 180:300] = 0.9
    hair_like[..., 30:36, 300:340] = 0.7
    hair_like[..., 400:480, 400:480] = 0.9
    kept = _own(hair_like, square, landmarks, [])
    assert torch.equal(kept[..., :200, :], hair_like[..., :200, :])
    assert kept[..., 380:, :].max() == 0


def test_hair_nearer_to_another_face_is_that_ones():
    landmarks = face().landmarks
    assert landmarks is not None
    beside = landmarks + torch.tensor((160.0, 0.0))
    middle = round((landmarks[:, 0].mean() + 80).item())
    everywhere = torch.ones(1, 1, 512, 512)
    left, right = (
        _own(everywhere, Square(256.0, 256.0, 512.0), one, [other])[0, 0, 100]
        for one, other in ((landmarks, beside), (beside, landmarks))
    )
    assert left[: middle - 12].min() == 1 and left[middle + 12 :].max() == 0
    assert right[: middle - 12].max() == 0 and right[middle + 12 :].min() == 1


def test_two_people_in_a_large_picture_get_what_each_gets_alone():
    canvas = torch.full((1, 3, 700, 1400), 0.5)
    canvas[..., :512, :512] = picture()
    canvas[..., 150:662, 700:1212] = picture()
    first, second = face(), scaled(face(), 1.0, (700.0, 150.0))
    both = hair_mask(net(), canvas, [[first, second]])
    assert both.amax() <= 1
    assert share(both[..., :512, :512], hair()) > 0.9
    assert share(both[..., 150:662, 700:1212], hair()) > 0.9
    assert both[..., 662:, :].max() == 0 and both[..., 1250:].max() == 0


def test_a_face_found_twice_counts_once():
    assert torch.equal(hair_mask(net(), picture(), [[face(), face()]]), hair())


def test_a_batch_gives_what_its_pictures_give():
    batch = torch.cat((picture(), picture().flip(-1), picture()))
    masks = hair_mask(net(), batch, [[face()], [], [face()]])
    assert torch.equal(masks[0], hair()[0]) and torch.equal(masks[2], hair()[0])
    assert masks[1].max() == 0


def test_a_bald_head_has_no_hair():
    """The hair is painted over with the colour of the cheek, slightly uneven as skin is."""
    cheek = picture()[..., TOP + 60 : TOP + 72, LEFT + 18 : LEFT + 28].mean((2, 3), keepdim=True)
    cover = (gaussian_blur(hair(), 6) * 2.5).clamp(0, 1)
    noise = gaussian_blur(torch.randn(1, 1, 512, 512, generator=torch.Generator().manual_seed(1)), 12)
    bald = picture() * (1 - cover) + (cheek + 0.04 * noise / noise.std()) * cover
    assert hair_mask(net(), bald, [[face()]]).sum() < 0.05 * hair().sum()


def test_values_outside_the_range_are_clamped():
    wild = picture() * 1.5 - 0.2
    assert torch.equal(hair_mask(net(), wild, [[face()]]), hair_mask(net(), wild.clamp(0, 1), [[face()]]))
