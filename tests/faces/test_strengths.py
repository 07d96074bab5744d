"""Faces of different strengths: each face's masks times its own, found at full strength."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest
import torch

from softfocus.faces import Face, find_faces, refined_regions
from softfocus.settings import MaskSettings
from testing.faces.portrait import nets, picture

SETTINGS = MaskSettings(hair=0.5)


@cache
def couple() -> tuple[torch.Tensor, list[Face]]:
    """The portrait and its mirror image side by side [1, 3, 256, 512], and their faces from left to right."""
    image = torch.cat([picture(256), picture(256).flip(-1)], -1)
    return image, sorted(find_faces(nets(), image)[0], key=lambda face: face.box[0])


def regions(*strengths: float) -> dict[str, torch.Tensor]:
    image, faces = couple()
    given = [replace(face, strength=each) for face, each in zip(faces, strengths, strict=True)]
    return refined_regions(image, [given], SETTINGS)


def test_each_mask_is_as_strong_as_its_face():
    one, other, mixed = regions(1, 0), regions(0, 1), regions(0.75, 0.25)
    for name in ("eyes", "brows", "nose", "lips", "face", "hair"):
        assert one[name].amax() > 0.9 and other[name].amax() > 0.9
        assert torch.equal(mixed[name], torch.maximum(0.75 * one[name], 0.25 * other[name])), name


def test_a_face_without_strength_has_no_mask():
    image, faces = couple()
    one, alone = regions(1, 0), refined_regions(image, [faces[:1]], SETTINGS)
    for name, mask in regions(0, 0).items():
        assert mask.amax() == 0
        assert name == "hair" or torch.equal(one[name], alone[name]), name
    assert one["hair"].sum() == pytest.approx(alone["hair"].sum().item(), rel=0.02)


def test_hair_of_one_is_not_on_the_face_of_another_who_is_not_masked():
    """A face close beside the first one's hair, as where a child looks over a shoulder."""
    image = torch.cat([picture(256)[..., :150], picture(256).flip(-1)[..., 106:]], -1)
    left, right = sorted(find_faces(nets(), image)[0], key=lambda face: face.box[0])
    drawn = refined_regions(image, [[right]], MaskSettings(refine=0))["face"] > 0.9
    known, alone = (
        refined_regions(image, [[left, *others]], MaskSettings(hair=1.0, refine=0))["hair"][drawn].mean()
        for others in ([replace(right, strength=0.0)], [])
    )
    assert known < 0.5 * alone
