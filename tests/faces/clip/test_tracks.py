"""Tracks of a clip: parts find their place, at any size, and are refused where they have none."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.faces import Tracks, follow_faces
from softfocus.faces.masks.regions import face_width
from testing.faces.moving import face_at, points

COUNT, SIZE = 12, (200, 300)


def looks(count: int = COUNT, seed: int = 0) -> torch.Tensor:
    return torch.rand(count, 3, 24, 24, generator=torch.Generator().manual_seed(seed))


def clip() -> Tracks:
    found = [[] if index == 5 else [face_at(80 + 5.0 * index, 90)] for index in range(COUNT)]
    return Tracks(found, follow_faces(found, "interpolate", cuts=[8]), [8], SIZE, looks())


@settings(max_examples=30, deadline=None)
@given(first=st.integers(0, COUNT - 1), count=st.integers(1, COUNT), error=st.floats(-0.03, 0.03))
def test_a_part_is_found_where_it_is(first, count, error):
    """Also where another decoder gave it slightly other colors."""
    tracks = clip()
    part = tracks.looks[first : first + count] + error
    assert tracks.place_of(part) == first


def test_the_first_of_several_places_counts():
    tracks = Tracks([[]] * 6, [[]] * 6, [], SIZE, looks(1).expand(6, -1, -1, -1))
    assert tracks.place_of(tracks.looks[:3]) == 0


def test_what_is_not_there_is_refused():
    with pytest.raises(ValueError, match="image looks like no part of the clip of tracks; connect frames of that clip"):
        clip().place_of(looks(3, seed=1))
    with pytest.raises(ValueError, match="image has 13 frames, but the clip of tracks has 12; make tracks of the"):
        clip().place_of(looks(13))
    with pytest.raises(ValueError, match="image has 3 frames from first_frame 10 on, but the clip of tracks has 12"):
        clip().part(10, 3, SIZE)


def test_parts_are_the_whole():
    tracks = clip()
    parts = [tracks.part(first, 4, SIZE) for first in range(0, COUNT, 4)]
    for name in ("faces", "everyone"):
        whole, joined = getattr(tracks, name), sum((getattr(part, name) for part in parts), [])
        assert [list(map(id, frame)) for frame in whole] == [list(map(id, frame)) for frame in joined]
    assert [list(part.cuts) for part in parts] == [[], [], []]  # the last one begins with the cut
    assert list(tracks.part(6, 4, SIZE).cuts) == [2]


def test_faces_are_as_large_as_the_pictures():
    small, large = clip().part(2, 3, SIZE), clip().part(2, 3, (400, 600))
    assert large.size == (400, 600)
    for few, many in zip(small.everyone, large.everyone, strict=True):
        (here,), (there,) = few, many
        assert torch.equal(points(there), 2 * points(here)) and there.box == tuple(2 * side for side in here.box)
        assert face_width(points(there)) == pytest.approx(2 * face_width(points(here)))
        assert there.usual_area == pytest.approx(4 * (here.usual_area or 0)) and there.person == here.person == 1
