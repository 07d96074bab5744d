"""The benchmark of face sizes on one small portrait: faces keep their pixels, figures are what they say."""

from __future__ import annotations

from dataclasses import replace
from types import SimpleNamespace

import pytest
import torch

from benchmarks.face_size import __main__ as face_size
from benchmarks.face_size import clips, limits, pairs, sizes
from benchmarks.face_size import time as cost
from benchmarks.face_size.ways import EARLIER, OURS, PASTED, WITHOUT
from softfocus.face_box import FaceBox
from softfocus.faces.face import landmarks_of
from softfocus.units import diagonal
from testing.face_size import measures
from testing.face_size.measures import FINE, Close, away_from
from testing.face_size.pair import CORE, EDGE, resized, set_in
from testing.face_size.sitters import Sitter, face_box, place, sitter
from testing.faces.portrait import LEFT_EYE, NOSE, RIGHT_EYE, face, nets, picture


@pytest.fixture(scope="module")
def astronaut() -> Sitter:
    return sitter("astronaut", picture(), face())


@pytest.fixture(scope="module")
def small(astronaut) -> Sitter:
    return place(astronaut, 0.3)


def textured(one: Sitter) -> Close:
    """The sitter before gray with fine texture everywhere, so that every band has something to lose."""
    noise = torch.rand(one.image.shape[-2:], generator=torch.Generator().manual_seed(1))
    return Close.to(replace(one, image=(0.25 + 0.5 * noise).expand_as(one.image).contiguous()))


@pytest.mark.parametrize("share", [0.44, 0.2, 0.05])
def test_a_face_keeps_its_pixels_and_takes_its_share(astronaut, share):
    placed = place(astronaut, share)
    assert placed.width == pytest.approx(astronaut.width, rel=1e-5)
    assert placed.width / diagonal(placed.image) == pytest.approx(share, rel=0.01)
    before, after = (Close.to(each) for each in (astronaut, placed))
    width = min(each.right - each.left for each in (before, after)) // 2
    for name in ("image", "mask", "region"):
        first, second = (
            getattr(each.sitter, name)[..., y - width // 2 : y + width // 2, x - width // 2 : x + width // 2]
            for each in (before, after)
            for x, y in [landmarks_of(each.sitter.face)[1].round().int().tolist()]
        )
        assert torch.equal(first, second), name


def test_around_a_face_the_picture_goes_on_mirrored(astronaut):
    placed = place(astronaut, 0.05)
    shift = (landmarks_of(placed.face) - landmarks_of(astronaut.face))[0].round().int()
    left, top = shift.tolist()
    assert torch.equal(placed.image[..., top : top + 512, left : left + 512], astronaut.image)
    assert torch.equal(placed.image[..., top - 50 : top, left : left + 512], astronaut.image[..., :50, :].flip(-2))
    assert placed.own.sum() == 512**2 and placed.own[..., top : top + 512, left : left + 512].min() == 1
    assert (placed.mask * (1 - placed.own)).max() == 0
    assert torch.allclose(placed.points - astronaut.points, shift.float().expand(5, 2), atol=1e-3)
    assert placed.box.left - astronaut.box.left == left and placed.box.face_width == pytest.approx(astronaut.width)


def test_points_are_where_eyes_and_nose_are(astronaut):
    for found, marked in zip(astronaut.points, (RIGHT_EYE, LEFT_EYE, NOSE), strict=False):
        assert (found - torch.tensor(marked)).norm() < 0.08 * astronaut.width


def test_the_source_itself_keeps_everything(small):
    close = Close.to(small)
    assert close.kept(small.image) == close.ring(small.image) == 1
    assert close.tone_shift(small.image, small.image) == close.overshoot(small.image, small.image) == 0


def test_kept_detail_is_an_energy(small):
    close = Close.to(small)
    assert close.kept(0.5 * small.image) == pytest.approx(0.25, rel=1e-3)
    assert close.ring(0.5 * small.image) == pytest.approx(1, rel=1e-3)


@pytest.mark.parametrize(("cycles", "least", "most"), [(3, 0, 0.01), (15, 0.05, 1), (45, 0, 0.005)])
def test_a_band_holds_its_cycles_a_face(small, cycles, least, most):
    columns = torch.arange(small.image.shape[-1]) * 2 * torch.pi * cycles / small.width
    waves = (0.5 + 0.1 * columns.sin()).expand_as(small.image).contiguous()
    close = Close.to(replace(small, image=waves))
    assert least <= close.energy(close.source, FINE) / (0.1**2 / 2) <= most


def test_half_sigma_halves_its_frequency():
    sigma = torch.tensor(measures.half_sigma(7.0))
    assert torch.exp(-2 * (torch.pi * sigma * 7) ** 2) == pytest.approx(0.5)


def test_ring_sees_what_is_kept_inside_of_the_outline_alone(small):
    close = textured(small)
    inside = close.sitter.region
    soft = torch.full_like(close.sitter.image, 0.5)
    assert close.ring(torch.lerp(soft, close.sitter.image, 0.2 + 0.8 * inside)) > 4
    assert close.ring(torch.lerp(soft, close.sitter.image, 1 - 0.8 * inside)) < 0.25


def test_tones_are_shifted_by_as_much(small):
    close = Close.to(small)
    assert close.tone_shift(small.image + 3 / 255, small.image) == pytest.approx(3, rel=1e-3)
    fine = torch.arange(small.image.shape[-1]) % 2 * 2 - 1
    assert close.tone_shift(small.image + 10 / 255 * fine, small.image) < 0.05


@pytest.mark.parametrize("sign", [-1, 1])
def test_overshoot_is_what_lies_beyond_both(small, sign):
    close, dream = Close.to(small), 0.5 + 0 * small.image
    between = torch.lerp(small.image, dream, 0.3)
    assert close.overshoot(between, dream) < 1e-3
    gray = small.image.mean(1, keepdim=True).expand_as(dream)  # of colors, the extreme of each has another luma
    close = Close.to(replace(small, image=gray))
    extreme = torch.maximum(gray, dream) if sign > 0 else torch.minimum(gray, dream)
    assert close.overshoot(extreme + sign * 5 / 255, dream) == pytest.approx(5, abs=1e-3)
    middle = [length // 2 for length in extreme.shape[-2:]]
    extreme[..., middle[0], middle[1]] += sign * 0.2
    assert close.overshoot(extreme, dream) < 1e-3  # one pixel in thousands


def test_far_is_further_than_the_faces_width(small):
    one, box = place(small, 0.1), place(small, 0.1).box
    far, row = away_from(one)[0, 0], int(box.top + box.height / 2)
    edges = far[row].diff().nonzero().flatten() + 1
    assert edges.tolist() == pytest.approx([box.left - box.face_width, box.left + box.width + box.face_width], abs=1)
    assert far[row, 0] == 1 and far[row, int(box.left)] == 0


def test_a_small_face_is_set_into_a_picture(astronaut):
    large, small = place(astronaut, 0.2), place(resized(astronaut, 0.5), 0.2)
    assert small.width == pytest.approx(0.5 * large.width, rel=0.02)
    x, y = 0.2 * large.image.shape[-1], 0.7 * large.image.shape[-2]
    one, other = set_in(large, small, x, y)
    assert one.image is other.image and one.mask is other.mask
    assert other.box.left + other.box.width / 2 == pytest.approx(x, abs=1)
    reach = int(0.5 * small.width)
    there, here = (
        each.image[..., int(top) : int(top) + reach, int(left) : int(left) + reach]
        for each, left, top in (
            (other, other.box.left + 0.2, other.box.top + 0.2),
            (small, small.box.left + 0.2, small.box.top + 0.2),
        )
    )
    assert torch.equal(there, here)
    away = away_from(other, CORE + EDGE)
    assert torch.equal(one.image * away, large.image * away) and torch.equal(one.region * away, large.region * away)
    assert one.own[..., int(y), int(x)] == 0 and other.own[..., int(y), int(x)] == 1


@pytest.fixture(scope="module")
def rows(small):
    return list(sizes.table([small], None, (0.2,)))


def test_every_way_has_its_row(rows):
    assert [row["way"] for row in rows] == [OURS, WITHOUT, PASTED]
    assert len({tuple(row) for row in rows}) == 1
    ours, without, pasted = rows
    assert without["far"] == 1 and ours["far"] == pytest.approx(1, abs=0.2)
    assert pasted["tone"] > 2 * without["tone"] and pasted["over"] < 1e-3 < without["over"]
    assert 0.5 < without["fine"] < 1.1 and without["root"] == pytest.approx(without["fine"] ** 0.5)
    assert all(row["finest"] is None for row in rows)  # the face is too narrow


def test_the_earlier_commit_sees_the_picture_and_its_mask(small):
    seen = {}

    def run(function, image, mask):
        seen.update(function=function, image=image, mask=mask)
        return {"ours": image, "bloomed": image}

    *_, earlier = sizes.table([small], SimpleNamespace(run=run), (0.2,))
    assert seen["image"].shape[-2:] == seen["mask"].shape[-2:] and ":" in seen["function"]
    assert earlier["way"] == EARLIER and earlier["fine"] == earlier["outside"] == 1


def test_medians_and_worst():
    one = sizes.Figures(0.9, 1.02, 0.1, 5.0, 2.0, 0.2, 0.3)
    two, three = replace(one, fine=0.7, tone=0.4), replace(one, fine=0.8, finest=None, far=0.15)
    row = sizes.row(0.1, OURS, [one, two, three], [one, one, one])
    assert (row["fine"], row["worst fine"], row["tone"], row["worst tone"]) == (0.8, 0.7, 0.1, 0.4)
    assert (row["far"], row["worst far"], row["finest"]) == (1, 0.5, 1.02)


def test_limits_are_those_of_the_size():
    good = {"face %": 10, "way": OURS, "fine": 0.95, "tone": 0.4, "worst tone": 0.7, "over": 11.0, "ring": 2.0}
    good |= {"finest": 1.0, "outside": 0.3, "worst far": 1.0}
    assert all(check.met for check in limits.checks([good], "some"))
    worse = {"fine": 0.89, "tone": 0.6, "worst tone": 0.9, "over": 13.0, "ring": 2.6}
    for column, value in [
        *worse.items(),
        *((each, value) for each in ("finest", "worst far") for value in (0.89, 1.11)),
    ]:
        assert sum(not check.met for check in limits.checks([{**good, column: value}], "some")) == 1, column
    assert sum(not check.met for check in limits.checks([{**good, "face %": 20}], "some")) == 1  # its tone
    assert limits.checks([{**good, "way": WITHOUT}], "some") == []
    assert len(limits.checks([{**good, "finest": None, "outside": None, "worst far": None}], "some")) == 5


def test_seam_is_the_step_of_the_shares(monkeypatch, small):
    """Each scale's change made constant, by the width of the face that it is of."""
    image, size = small.image, small.image.shape[-1]

    def sharpened(dream, source, mask, faces):
        return SimpleNamespace(image=dream + (0 if faces is None else faces[0][0].face_width / 255))

    monkeypatch.setattr(pairs, "apply_sharpen", sharpened)
    box = FaceBox(0, 0, size / 4, size, size / 2)
    nearness = box.nearness(torch.tensor([size / 2]), torch.arange(size) + 0.5)[0]
    mixture = image + nearness * box.face_width / 255
    step, away = pairs.seam(image, None, image, mixture, [box])
    assert step == pytest.approx(float(nearness.diff().abs().max()) * box.face_width, rel=1e-3)
    assert away < 1e-3
    assert pairs.seam(image, None, image, mixture + 2 / 255, [box])[1] == pytest.approx(2, rel=1e-3)


def test_both_faces_of_a_pair_have_a_row(astronaut):
    found = []
    for overlapping, masked in ((False, True), (True, False)):
        two = pairs.together(astronaut, astronaut, overlapping)
        assert two[0].width == pytest.approx(pairs.TIMES * two[1].width, rel=0.05)
        found += pairs.rows(two, "some", masked)
    assert [row["face %"] for row in found] == pytest.approx([20, 5, 20, 5], abs=0.3)
    assert all(row["fine"] > 0.3 and row["seam"] >= 0 for row in found)
    good = [{**row, "fine": 1.0, "tone": 0.2, "seam": 0.5, "away": 0.5} for row in found]
    assert len(pairs.checks(good)) == 14 and all(check.met for check in pairs.checks(good))
    for column, value, missed in (("fine", 0.89, 1), ("tone", 0.3, 1), ("seam", 1.1, 1), ("away", 2.1, 1)):
        worse = [{**good[0], column: value}, *good[1:]]
        assert sum(not check.met for check in pairs.checks(worse)) == missed, column


def test_changes_beyond_the_sources_own():
    kept, own = torch.tensor((1.0, 0.9, 0.9)), torch.tensor((1.0, 1.04, 1.3))
    assert clips.beyond(kept, own).tolist() == pytest.approx([0.06, 0], abs=1e-6)


def test_a_push_in_ends_at_its_size(astronaut):
    frames = clips.push_in(astronaut, frames=3, side=96)
    assert frames.shape == (3, 3, 96, 96)
    for frame, share in ((frames[0], clips.FIRST), (frames[2], clips.LAST)):
        placed = place(astronaut, share)
        expected = resized(placed, 96 / placed.image.shape[-1]).image[0]
        assert (frame - expected).abs().mean() < 0.03  # the middle may be half a pixel away


def test_clips_rows(small):
    frames = small.image.repeat(3, 1, 1, 1)
    found = list(clips.rows("still", nets(), frames))
    assert [row["way"] for row in found] == [OURS, WITHOUT]
    assert all(row["frames"] == 3 and row["largest %"] < 0.5 and row["largest step"] < 0.05 for row in found)
    assert sum(not check.met for check in clips.checks([{**found[0], "largest %": 3.0}])) == 1


def test_ten_faces_stand_apart(small):
    faces = cost.group(resized(small, 0.2).face, 512)
    assert len(faces) == 10
    boxes = [face_box(each) for each in faces]
    assert all(box.left > 0 and box.top > 0 and box.left + box.width < 512 for box in boxes)
    assert len({(round(box.left), round(box.top)) for box in boxes}) == 10


def test_time_is_held_to_one_limit_and_many(small, monkeypatch):
    monkeypatch.setattr(cost, "ROUNDS", 1)
    found = list(cost.rows(small.image, small.mask, [small.face], 0.3))
    assert [row["mask"] for row in found] == ["yes", "none"]
    assert all(row["with/without"] == row["with"] / row["without"] for row in found)
    slow = [{**found[0], "with/without": 1.4}, {**found[1], "faces": 10, "with/without": 1.4}]
    assert [check.met for check in cost.checks(slow)] == [False, True]


def test_an_unknown_table_is_refused(capsys):
    with pytest.raises(SystemExit):
        face_size.main(["colors"])
    assert "no table colors; there are sizes, pairs, clips, time" in capsys.readouterr().err
