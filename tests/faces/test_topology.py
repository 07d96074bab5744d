"""The mesh's index lists agree with each other and with the mirror map."""

from __future__ import annotations

import pytest
import torch

from softfocus.faces.topology import (
    BESIDE_MOUTH_CORNERS,
    CHIN,
    FOREHEAD,
    LEFT_EAR,
    LEFT_EYE,
    MIDLINE,
    MOUTH_CORNERS,
    OVAL,
    OVAL_LEFT,
    OVAL_RIGHT,
    POINTS,
    PROFILE,
    RIGHT_EAR,
    RIGHT_EYE,
    RINGS,
    mirror_map,
)


def mirrored(points: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(mirror_map()[list(points)].tolist())


def test_the_mirror_map_is_an_involution_over_all_points():
    assert sorted(mirror_map().tolist()) == list(range(POINTS))
    assert torch.equal(mirror_map()[mirror_map()], torch.arange(POINTS))


def test_only_the_midline_maps_to_itself():
    assert {point for point in range(POINTS) if mirror_map()[point] == point} == set(MIDLINE)
    assert len(set(MIDLINE)) == len(MIDLINE)
    assert {FOREHEAD, CHIN} <= set(MIDLINE) and set(PROFILE) < set(MIDLINE)


@pytest.mark.parametrize("pair", [(RIGHT_EYE, LEFT_EYE), (RIGHT_EAR, LEFT_EAR), MOUTH_CORNERS, BESIDE_MOUTH_CORNERS])
def test_pairs_are_each_others_mirror_images(pair):
    assert mirrored(pair) == pair[::-1]


def test_the_oval_is_its_own_mirror_image():
    """Mirrored, it runs the other way round."""
    assert mirrored(OVAL_LEFT) == OVAL_RIGHT[::-1]
    assert len(set(OVAL)) == len(OVAL) and {RIGHT_EAR, LEFT_EAR} < set(OVAL)


@pytest.mark.parametrize("name", RINGS)
def test_rings_are_mirror_images_of_each_other_or_of_themselves(name):
    rings = [set(ring) for ring in RINGS[name]]
    assert all(
        len(held) == len(ring) and held <= set(range(POINTS)) for held, ring in zip(rings, RINGS[name], strict=True)
    )
    assert all(set(mirrored(ring)) in rings for ring in RINGS[name])
