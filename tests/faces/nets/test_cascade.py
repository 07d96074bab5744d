"""The cascade beside the same rules written out for one window at a time."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.faces.nets import cascade
from softfocus.faces.nets.cascade import STAGES, WINDOW, PatternCascade
from softfocus.faces.nets.weights import DRAWN_FILE
from softfocus.pack_weights import FOLDER, read_weights

CLOCKWISE = ((0, 0), (0, 1), (0, 2), (1, 2), (2, 2), (2, 1), (2, 0), (1, 0))


def made(seed: int, threshold: float) -> PatternCascade:
    """Any blocks that lie in the window, any patterns, any votes."""
    random = torch.Generator().manual_seed(seed)
    net = PatternCascade()
    for weak in range(len(net.blocks)):
        width, height = (int(torch.randint(1, 9, (), generator=random)) for _ in range(2))
        x, y = (int(torch.randint(0, WINDOW - 3 * each + 1, (), generator=random)) for each in (width, height))
        net.blocks[weak] = torch.tensor([x, y, width, height])
    net.members.copy_(torch.randint(0, 2, net.members.shape, generator=random))
    net.votes.copy_(torch.randint(-32, 33, net.votes.shape, generator=random) / 64)  # sums are exact in any order
    net.thresholds.fill_(threshold)
    return net


def by_hand(net: PatternCascade, plane: Tensor, x: int, y: int) -> float | None:
    """The last stage's margin of one window; None where a stage stops it."""
    weak, margin = 0, 0.0
    for stage, count in enumerate(STAGES):
        total = 0.0
        for left, top, width, height in net.blocks[weak : weak + count].tolist():
            sums = [
                [
                    int(plane[y + top + row * height :, x + left + column * width :][:height, :width].sum())
                    for column in range(3)
                ]
                for row in range(3)
            ]
            bits = "".join(str(int(sums[row][column] >= sums[1][1])) for row, column in CLOCKWISE)
            total += float(net.votes[weak, 0 if net.members[weak, int(bits, 2)] else 1])
            weak += 1
        margin = total - float(net.thresholds[stage])
        if margin < 0:
            return None
    return margin


def random_plane(seed: int, height: int, width: int) -> Tensor:
    return torch.randint(0, 256, (height, width), generator=torch.Generator().manual_seed(seed)).float()


@pytest.mark.parametrize(("seed", "threshold"), [(0, -99.0), (1, -4.0), (2, -3.5)])
def test_windows_and_margins_are_those_by_hand(seed, threshold):
    net, planes, strides = made(seed, threshold), [random_plane(seed, 26, 27), random_plane(seed + 9, 25, 24)], [2, 1]
    wanted = {
        (number, x, y): margin
        for number, (plane, stride) in enumerate(zip(planes, strides, strict=True))
        for y in range(0, plane.shape[0] - WINDOW + 1, stride)
        for x in range(0, plane.shape[1] - WINDOW + 1, stride)
        if (margin := by_hand(net, plane, x, y)) is not None
    }
    found = net(planes, strides)
    rows = zip(found.plane.tolist(), found.corner.tolist(), found.margin.tolist(), strict=True)
    got = {(number, x, y): margin for number, (x, y), margin in rows}
    assert len(wanted) > 0 and got == pytest.approx(wanted, abs=1e-5)


@settings(deadline=None, max_examples=30)
@given(st.integers(0, 1000), st.sampled_from([500, 4000, 50_000]))
def test_no_window_is_lost_where_work_is_split(seed, at_once):
    net, plane = made(seed, -3.0), random_plane(seed, 30, 33)
    whole = net([plane], [1])
    before = cascade.GATHERED
    try:
        cascade.GATHERED = at_once
        other = net([plane], [1])
    finally:
        cascade.GATHERED = before
    assert torch.equal(whole.corner, other.corner) and torch.equal(whole.margin, other.margin)


def test_no_planes_no_windows():
    assert len(made(0, -99.0)([], []).margin) == 0


def test_the_file_holds_a_sound_cascade():
    file = read_weights(DRAWN_FILE)
    x, y, width, height = file["blocks"].long().T
    assert (x + 3 * width <= WINDOW).all() and (y + 3 * height <= WINDOW).all() and (width * height > 0).all()
    assert set(file["members"].unique().tolist()) == {0, 1} and (FOLDER / DRAWN_FILE).stat().st_size < 250_000
    PatternCascade().load_state_dict(file)
