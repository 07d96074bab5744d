"""Region masks: the right places, the same look at every size, and only what the camera sees."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch

from softfocus.faces import find_faces, region_masks, tint_regions, weighted_maximum
from softfocus.faces.masks.regions import face_width
from softfocus.faces.topology import OVAL
from softfocus.settings import MASK
from testing.faces.portrait import BOX, LEFT_EYE, NOSE, RIGHT_EYE, face, nets, picture
from testing.portraits import portraits

WEIGHTS = MASK.weights
MOUTH = (220, 146)
HIDDEN, SHOWN = "image_qwen_image_2512_with_2steps_lora-1", "sd3.5_simple_example-1"


def masks(size: int = 512, scale: float = 1.0, **settings) -> dict[str, torch.Tensor]:
    landmarks = face().landmarks
    assert landmarks is not None
    return region_masks([[replace(face(), landmarks=landmarks * scale)]], (size, size), **settings)


def at(mask: torch.Tensor, point: tuple[float, float]) -> float:
    return mask[0, 0, int(point[1]), int(point[0])].item()


def test_regions_lie_on_their_features():
    made = masks()
    for name, points in {"eyes": (RIGHT_EYE, LEFT_EYE), "nose": (NOSE,), "lips": (MOUTH,)}.items():
        for point in points:
            assert at(made[name], point) == 1
            assert all(at(made[other], point) == 0 for other in ("eyes", "nose", "lips") if other != name)
    for eye in (RIGHT_EYE, LEFT_EYE):
        assert at(made["brows"], (eye[0], eye[1] - 12)) > 0.9 and at(made["brows"], eye) == 0


def test_face_reaches_chin_and_forehead_but_not_the_hair():
    whole = masks(expand=0)["face"]
    centre = BOX[0] + BOX[2] / 2
    assert at(whole, (centre, BOX[1] + BOX[3] - 3)) > 0.9
    assert at(whole, (centre, BOX[1] + 8)) > 0.9
    assert at(whole, (centre, BOX[1] - 15)) == 0
    rows = whole[0, 0].amax(1).nonzero()
    oval = face().landmarks[list(OVAL)]  # type: ignore[index]
    assert 0.08 < (oval[:, 1].min() - rows.min()) / (oval[:, 1].max() - oval[:, 1].min()) < 0.16


def test_nothing_reaches_beyond_the_face():
    union = torch.stack(list(masks().values())).amax(0)
    left, top, width, height = BOX
    union[..., int(top - 0.2 * height) : int(top + 1.2 * height), int(left - 0.2 * width) : int(left + 1.2 * width)] = 0
    assert union.max() == 0


@pytest.mark.parametrize("scale", [0.6, 2.0, 8.0])
def test_the_look_does_not_depend_on_the_size(scale):
    size = int(512 * scale)
    for name, mask in masks(size, scale).items():
        at_512 = torch.nn.functional.interpolate(mask, (512, 512), mode="bilinear", antialias=True)
        assert (at_512 - masks()[name]).abs().max() < (0.2 if scale < 1 else 0.06), name


def test_a_face_of_60_pixels_and_one_of_1200_get_the_same_look():
    """Both drawn on a canvas of 1.6 face widths, compared at 96 pixels."""
    landmarks = face().landmarks
    assert landmarks is not None
    width = face_width(landmarks)
    corner = (landmarks.amin(0) + landmarks.amax(0)) / 2 - 0.8 * width
    small, large = (
        region_masks([[replace(face(), landmarks=(landmarks - corner) * wanted / width)]], (round(1.6 * wanted),) * 2)
        for wanted in (60, 1200)
    )
    for name, mask in small.items():
        shrunk = torch.nn.functional.interpolate(large[name], (96, 96), mode="area")
        assert mask.sum() > 20 and (mask - shrunk).abs().max() < 0.12, name
        assert (mask - shrunk).abs().sum() < 0.03 * shrunk.sum(), name


def test_iris_points_of_newer_hosts_change_nothing():
    landmarks = face().landmarks
    assert landmarks is not None
    for irises in (landmarks[[33] * 5 + [263] * 5], torch.full((10, 2), -900.0), torch.full((10, 2), torch.nan)):
        more = region_masks([[replace(face(), landmarks=torch.cat((landmarks, irises)))]], (512, 512))
        assert all(torch.equal(mask, masks()[name]) for name, mask in more.items())


@pytest.mark.parametrize("size", [256, 1024])
def test_half_and_double_picture_give_the_same_mask(size):
    found = find_faces(nets(), picture(size))
    detail = weighted_maximum(region_masks(found, (size, size)), WEIGHTS)
    at_512 = torch.nn.functional.interpolate(detail, (512, 512), mode="bilinear", antialias=True)
    reference = weighted_maximum(masks(), WEIGHTS)
    assert (at_512 - reference).abs().sum() / reference.sum() < 0.06


def test_mirrored_picture_gives_the_mirrored_mask():
    found = find_faces(nets(), picture().flip(-1))
    mirrored = weighted_maximum(region_masks(found, (512, 512)), WEIGHTS).flip(-1)
    reference = weighted_maximum(masks(), WEIGHTS)
    assert (mirrored - reference).abs().sum() / reference.sum() < 0.08


def test_expand_only_adds_and_feather_keeps_the_middle():
    small, large, soft = masks(expand=0), masks(expand=8), masks(expand=0, feather=10)
    for name in small:
        assert (large[name] >= small[name] - 1e-6).all() and large[name].sum() > 1.1 * small[name].sum()
        partial = [((each[name] > 0.02) & (each[name] < 0.98)).sum() for each in (small, soft)]
        assert partial[1] > 1.5 * partial[0]


def test_expand_is_in_percent_of_the_face_width():
    assert face_width(face().landmarks) == pytest.approx(BOX[2], rel=0.15)  # type: ignore[arg-type]
    lips = [masks(expand=expand, feather=0)["lips"][0, 0].sum(0).nonzero() for expand in (0, 10)]
    grown = ((lips[1].max() - lips[1].min()) - (lips[0].max() - lips[0].min())).item()
    assert grown == pytest.approx(2 * 0.1 * face_width(face().landmarks), abs=2)  # type: ignore[arg-type]


def turned(share: float) -> torch.Tensor:
    """Landmarks with the face's left half squeezed towards the midline, as when the head turns; below 0 it folds."""
    landmarks = face().landmarks
    assert landmarks is not None
    middle = landmarks[168, 0]
    squeezed = landmarks.clone()
    beyond = landmarks[:, 0] > middle
    squeezed[beyond, 0] = middle + share * (landmarks[beyond, 0] - middle)
    return squeezed


def test_the_far_eye_fades_as_the_head_turns():
    sums = []
    for share in (1.0, 0.5, 0.4, 0.2, -0.3):
        eyes = region_masks([[replace(face(), landmarks=turned(share))]], (512, 512))["eyes"][0, 0]
        near, far = eyes[:, :224].sum(), eyes[:, 224:].sum()
        assert near > 200
        sums.append(far.item())
    assert sums == sorted(sums, reverse=True)
    assert sums[0] > 200 and sums[-2:] == [0, 0]


def test_a_hidden_eye_is_not_drawn_and_one_that_just_shows_is():
    """Two real heads turned to the right of the picture: the far eye is behind the nose in the first only."""
    found = {each.name: each.image for each in portraits() if each.name in (HIDDEN, SHOWN)}
    drawn = {name: region_masks(find_faces(nets(), image), image.shape[2:])["eyes"] for name, image in found.items()}
    assert at(drawn[HIDDEN], (245, 119)) > 0.9 and drawn[HIDDEN][..., 272:].max() == 0
    assert at(drawn[SHOWN], (620, 385)) > 0.9 and at(drawn[SHOWN], (748, 390)) > 0.9
    assert drawn[SHOWN][0, 0, 440:].max() == 0, "on the cheek"


def test_a_profile_keeps_the_nose_that_stands_out_of_the_oval():
    landmarks = turned(-0.3)
    landmarks[[5, 4, 1, 19], 0] += 25
    whole = region_masks([[replace(face(), landmarks=landmarks)]], (512, 512))["face"]
    assert at(whole, tuple(landmarks[4].tolist())) > 0.5


def test_no_face_gives_empty_masks_and_a_face_without_mesh_is_skipped():
    empty = region_masks([[], [replace(face(), landmarks=None)]], (32, 48))
    assert all(mask.shape == (2, 1, 32, 48) and mask.max() == 0 for mask in empty.values())
    assert weighted_maximum(empty, WEIGHTS).max() == 0
    assert region_masks([], (32, 48))["face"].shape == (0, 1, 32, 48)


def test_detail_is_the_largest_weight():
    made = masks()
    detail = weighted_maximum(made, WEIGHTS)
    assert at(detail, RIGHT_EYE) == 1 and at(detail, NOSE) == pytest.approx(MASK.nose)
    assert at(detail, (200, 125)) == pytest.approx(MASK.face)
    assert torch.equal(weighted_maximum(made, dict.fromkeys(WEIGHTS, 0.0)), torch.zeros(1, 1, 512, 512))
    assert 0 <= detail.min() and detail.max() <= 1


def test_preview_tints_only_the_regions():
    made = masks()
    shown = tint_regions(picture(), made, WEIGHTS)
    changed = (shown - picture()).abs().amax(1, keepdim=True) > 1e-6
    assert not (changed & (torch.stack(list(made.values())).amax(0) == 0)).any()
    assert (shown[..., 102, 200] - picture()[..., 102, 200]).abs().max() > 0.1
    assert torch.equal(tint_regions(picture(), made, dict.fromkeys(WEIGHTS, 0.0)), picture())
