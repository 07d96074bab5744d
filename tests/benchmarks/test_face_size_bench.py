"""The benchmark of face sizes on one small portrait: its tables hold together, and its limits hold what they say."""

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
from softfocus.faces.masks.regions import box_of_face
from testing.face_size.pair import resized
from testing.face_size.sitters import place
from testing.faces.portrait import nets


@pytest.fixture(scope="module")
def rows(small):
    return list(sizes.table([small], None, (0.05,)))


def test_every_way_has_its_row(rows):
    assert [row["way"] for row in rows] == [OURS, WITHOUT, PASTED]
    assert len({tuple(row) for row in rows}) == 1
    ours, without, pasted = rows
    assert without["far"] == 1 and ours["far"] == pytest.approx(1, abs=0.2)
    assert without["tone"] > 2 * ours["tone"] and pasted["tone"] > 2 * ours["tone"]  # the box counts
    assert pasted["over"] < 1e-3 < ours["over"]
    assert 0.5 < ours["fine"] < 1.1 and ours["root"] == pytest.approx(ours["fine"] ** 0.5)
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
    assert found[0]["fine"] > found[1]["fine"]  # the box counts
    assert sum(not check.met for check in clips.checks([{**found[0], "largest %": 3.0}])) == 1


def test_ten_faces_stand_apart(small):
    faces = cost.group(resized(small, 0.2).face, 512)
    assert len(faces) == 10
    boxes = [box_of_face(each) for each in faces]
    assert all(box.left > 0 and box.top > 0 and box.left + box.width < 512 for box in boxes)
    assert len({(round(box.left), round(box.top)) for box in boxes}) == 10


def test_time_is_held_to_one_limit_and_many(small, monkeypatch):
    monkeypatch.setattr(cost, "ROUNDS", 1)
    found = list(cost.rows(small.image, small.mask, [small.face], 0.3))
    assert [row["mask"] for row in found] == ["yes", "none"]
    assert all(row["with/without"] == row["with"] / row["without"] for row in found)
    slow = [{**row, "faces": count, "with/without": 1.4} for row in found for count in (1, 10)]
    slow[3]["with/without"] = 2.4
    assert [check.met for check in cost.checks(slow)] == [False, True, False, False]


def test_an_unknown_table_is_refused(capsys):
    with pytest.raises(SystemExit):
        face_size.main(["colors"])
    assert "no table colors; there are sizes, pairs, clips, time" in capsys.readouterr().err
