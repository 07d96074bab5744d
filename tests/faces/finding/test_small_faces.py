"""Small faces in large pictures, turned faces, and which squares are looked at to find them."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.faces import find_faces
from softfocus.faces.finding import find
from softfocus.faces.finding.views import LARGEST, NET_PX, OVERLAP, SMALLEST_PX, seen_whole, tile_views, whole_views
from testing.faces.portrait import BOX, face, nets, picture
from testing.faces.reference import overlap

PLACES = [(40, 2100), (300, 1900), (500, 3400), (740, 2890), (1210, 2500), (1600, 1890), (1930, 3000), (1970, 3650)]


def paste(frame: Tensor, height_px: float, top: int, left: int) -> tuple[float, ...]:
    """Put the portrait with a face of that height into the frame; the face's box."""
    size = round(512 * height_px / BOX[3])
    frame[..., top : top + size, left : left + size] = picture(size)
    return left + BOX[0] * size / 512, top + BOX[1] * size / 512, BOX[2] * size / 512, BOX[3] * size / 512


@pytest.mark.parametrize("with_a_large_one", [False, True])
def test_faces_of_forty_pixels_in_a_4k_frame_are_found_once_each(with_a_large_one):
    frame = torch.full((1, 3, 2160, 3840), 0.4)
    wanted = [paste(frame, 380, 200, 50)] if with_a_large_one else []
    wanted += [paste(frame, 40, top, left) for top, left in PLACES]
    found = find_faces(nets(), frame)[0]
    assert [sum(overlap(each.box, box) > 0.5 for each in found) for box in wanted] == [1] * len(wanted)
    assert len(found) == len(wanted)


@pytest.mark.parametrize("shape", [(900, 1600), (1600, 900)])
def test_the_mesh_of_a_small_face_lies_right(shape):
    image = torch.full((1, 3, *shape), 0.4)
    box = paste(image, 50, 600, 500)
    (found,) = find_faces(nets(), image)[0]
    placed = (face().landmarks - torch.tensor(BOX[:2])) * box[3] / BOX[3] + torch.tensor(box[:2])
    assert (found.landmarks - placed).norm(dim=1).mean() < 0.05 * box[2]


@given(st.integers(600, 8000), st.floats(0.3, 1.0), st.floats(0, 1), st.floats(0, 1), st.floats(0, 1))
@settings(max_examples=200, deadline=None)
def test_every_wanted_face_is_shown_whole_and_large_enough(width, shape, x, y, grow):
    height = round(width * shape)
    least, most = max(SMALLEST_PX, width / 96), 0.15 * width
    side = least * (max(most, least) / least) ** grow
    box = torch.tensor([[side / 2 + x * (width - side), side / 2 + y * (height - side), side, side]])
    shown = [side / view.square.side * NET_PX for view in whole_views(height, width)[:1]]
    shown += [
        side / view.square.side * view.size
        for view in tile_views(height, width)
        if view.size and seen_whole(view, box, height, width)
    ]
    assert max(shown) > 0.12 * NET_PX


def test_the_number_of_views_is_bounded():
    def net_pixels(height: int, width: int) -> int:
        return sum(view.size**2 for view in tile_views(height, width) if view.size)

    assert tile_views(200, 200) == []
    assert net_pixels(1024, 1024) < 60 * NET_PX**2
    assert net_pixels(4320, 7680) == net_pixels(2160, 3840) < 500 * NET_PX**2


@given(st.integers(100, 4000), st.floats(0.05, 1.0), st.booleans())
@settings(max_examples=100, deadline=None)
def test_tiles_cover_the_picture_and_overlap(longer, shape, upright):
    height, width = sorted((longer, max(1, round(longer * shape))), reverse=upright)
    for trained in {view.largest / LARGEST for view in tile_views(height, width)}:
        squares = [view.square for view in tile_views(height, width) if view.largest == LARGEST * trained]
        for length, centres in ((width, {each.x for each in squares}), (height, {each.y for each in squares})):
            ends = [(centre - squares[0].side / 2, centre + squares[0].side / 2) for centre in sorted(centres)]
            assert ends[0][0] < 1e-6 and ends[-1][1] > length - 1e-6
            assert all(stop - start > 0.999 * OVERLAP * trained for (_, stop), (start, _) in pairwise(ends))


def test_a_tiles_edge_cuts_but_the_pictures_edge_does_not():
    corner = next(view for view in tile_views(2000, 2000) if view.square.x == view.square.y == view.square.side / 2)
    side = corner.square.side
    middles = torch.tensor([(10.0, 10.0), (side / 2, side / 2), (side - 10, side / 2)])
    boxes = torch.cat((middles, torch.full((3, 2), 0.8 * corner.largest)), 1)
    assert seen_whole(corner, boxes, 2000, 2000).tolist() == [True, True, False]
    boxes[:, 2:] = 1.2 * corner.largest
    assert not seen_whole(corner, boxes, 2000, 2000).any()


@pytest.mark.parametrize("quarters", [1, 2, 3])
def test_a_turned_picture_gives_the_turned_mesh(quarters):
    (found,) = find_faces(nets(), picture().rot90(quarters, (2, 3)))[0]
    upright = face().landmarks - 256
    for _ in range(quarters):
        upright = torch.stack((upright[:, 1], -upright[:, 0]), 1)
    assert (found.landmarks - upright - 256).norm(dim=1).mean() < 0.03 * BOX[2]


def test_turned_views_are_taken_only_where_no_upright_face_is_certain(monkeypatch):
    calls = []
    detect = find.detect_in_frame
    monkeypatch.setattr(find, "detect_in_frame", lambda *given: calls.append(given) or detect(*given))
    find_faces(nets(), picture())
    upright = len(calls)
    find_faces(nets(), torch.zeros(1, 3, 512, 512))
    assert (upright, len(calls) - upright) == (2, 5)
