"""The benchmark over photographs, on a drawn portrait: its tables, its limits, its record. No photograph is needed."""

from __future__ import annotations

from dataclasses import replace

import pytest
import torch
from torch.nn.functional import max_pool2d

from benchmarks import held
from benchmarks.matting.methods import METHODS, guided, rough
from benchmarks.matting_photographs import __main__ as bench
from benchmarks.matting_photographs import masks, trimaps
from benchmarks.matting_photographs import time as cost
from benchmarks.matting_photographs.figures import OURS, PEERS, Figures, of_best_peer, of_best_peer_each, times_best
from testing.matting.photographs import HELD, KINDS, TUNING, Photograph
from testing.matting.truth import make_scene

TIMES = {"ours": 1.0, "closed-form": 2.0, cost.EARLIER: 1.0}
LEVELS = {masks.ROUGH: 10.0, masks.GUIDED: 9.0, **dict.fromkeys(PEERS, 8.0), OURS: 3.0}


@pytest.fixture(scope="module")
def photograph() -> Photograph:
    scene = make_scene(1, "smooth", "fine", 96)
    partly = ((scene.alpha > 0) & (scene.alpha < 1)).float()
    unknown = [max_pool2d(partly, width, 1, width // 2) > 0 for width in (3, 7)]
    return Photograph("drawn", scene.image, scene.alpha, tuple(torch.where(u, 0.5, scene.alpha) for u in unknown))


@pytest.fixture
def quick_peers(monkeypatch):
    """Of the solvers' kind, at once."""
    monkeypatch.setitem(METHODS, "closed-form", guided)
    monkeypatch.setitem(METHODS, "KNN", rough)
    monkeypatch.setattr(cost, "closed_form", guided)


def figures(given: str, method: str, error: float, name: str = "a") -> Figures:
    return Figures(name, given, method, error, error, error, error)


def good_masks() -> list[Figures]:
    return [figures(kind, method, error) for kind in KINDS for method, error in LEVELS.items()]


def good_trimaps() -> list[Figures]:
    return [figures(f"trimap {level}", method, LEVELS[method]) for level in (1, 2) for method in (OURS, *PEERS)]


def test_a_row_a_photograph_and_a_line_a_kind_and_method(photograph, quick_peers):
    found: list[Figures] = []
    (row,) = masks.table([photograph], (masks.COARSE,), found)
    lines = list(masks.summary(found))
    assert [line["method"].strip() for line in lines].count("KNN") == 1 and len(lines) == 3 * len(KINDS) + len(PEERS)
    for line in lines:
        if line["method"].strip() == OURS:
            assert 0 < line["/mask"] < 1 and line["/mask"] == row[line["mask"]] == line["worst"]
        if line["method"].strip() in (masks.ROUGH, "KNN"):
            assert line["/mask"] == 1
    assert row["SAD ours"] < row["SAD KNN"] and row["Grad closed-form"] > 0


def test_without_solvers_their_cells_are_empty(photograph):
    found: list[Figures] = []
    (row,) = masks.table([photograph], (), found)
    assert row["SAD KNN"] is None and row["SAD ours"] > 0
    assert {each.name for each in masks.checks(found)} == {each.name for each in masks.checks(good_masks())[:3]}
    unsolved: list[Figures] = []
    assert len(list(trimaps.table([photograph], False, unsolved))) == 2
    assert trimaps.checks(unsolved) == []


def test_methods_keep_the_mask_outside_of_our_band(photograph, quick_peers):
    mask = (photograph.alpha > 0.5).float()
    mattes = dict(masks.mattes(photograph.image, mask, True))
    band = masks.ours(photograph.image, mask)[1]
    assert set(mattes) == {masks.ROUGH, masks.GUIDED, OURS, *PEERS}
    assert all(torch.equal(alpha[band == 0], mask[band == 0]) for alpha in mattes.values())
    assert not torch.equal(mattes[masks.GUIDED], mask)


def test_ours_solves_the_trimaps_unknown_part_and_no_other(photograph):
    for trimap in photograph.trimaps:
        known, unknown = (trimap > 0.75).float(), (trimap == 0.5).float()
        ((_, alpha),) = trimaps.mattes(photograph.image, known, unknown, False)
        assert torch.equal(alpha[unknown == 0], known[unknown == 0])
        assert ((alpha > 0) & (alpha < 1))[unknown == 1].any()


def test_trimaps_are_measured_within_their_unknown_part(photograph, quick_peers):
    found: list[Figures] = []
    rows = list(trimaps.table([photograph], True, found))
    assert [row["given"] for row in rows] == ["trimap 1", "trimap 2"]
    ours = [each for each in found if each.method == OURS]
    assert 0 < ours[0].sad <= (photograph.trimaps[0] == 0.5).sum() / 1000
    assert len(list(trimaps.summary(found))) == 2 * (1 + len(PEERS))
    wrong = replace(photograph, alpha=torch.where(photograph.trimaps[0] == 0.5, photograph.alpha, 0.3))
    assert next(trimaps.measure(wrong, False)).sad == pytest.approx(ours[0].sad)


def test_means_against_the_better_solver():
    found = [figures("coarse", OURS, 1.0, name) for name in ("a", "b")]
    found += [figures("coarse", "closed-form", error, name) for name, error in (("a", 2.0), ("b", 6.0))]
    found += [figures("coarse", "KNN", error, name) for name, error in (("a", 4.0), ("b", 0.5))]
    assert of_best_peer(found, "sad", "coarse") == pytest.approx(1 / 2.25)
    assert of_best_peer_each(found, "sad", "coarse") == pytest.approx(1 / 1.25)
    assert times_best(found, ["sad", "conn"]) == 1


@pytest.mark.parametrize(
    ("kind", "method", "errors", "missed"),
    [
        ("coarse", OURS, {"sad": 5.9}, {"SAD / mask, coarse, median", "coarse, mean SAD / better solver"}),
        ("shrunk", OURS, {"sad": 9.6}, {"SAD / mask, worst"}),
        ("coarse", OURS, {"grad": 6.1}, {"coarse, mean Grad / better solver"}),
        ("coarse", "KNN", {"sad": 2.0}, {"coarse, mean SAD / better solver", "coarse, best in SAD"}),
        ("coarse", "closed-form", {"grad": 2.0}, {"coarse, mean Grad / better solver", "coarse, best in Grad"}),
    ],
)
def test_each_limit_of_masks_can_be_missed(kind, method, errors, missed):
    """Of fourteen photographs like one another."""
    named = [replace(each, photograph=str(number)) for number in range(14) for each in good_masks()]
    assert all(check.met for check in masks.checks(named))
    changed = [replace(e, **errors) if (e.given, e.method) == (kind, method) else e for e in named]
    assert {check.name for check in masks.checks(changed) if not check.met} == missed


def test_each_limit_of_trimaps_can_be_missed():
    found = [replace(each, photograph=str(number)) for number in range(14) for each in good_trimaps()]
    assert all(check.met for check in trimaps.checks(found))
    changed = [replace(e, grad=9.0) if (e.given, e.method) == ("trimap 2", OURS) else e for e in found]
    missed = {check.name for check in trimaps.checks(changed) if not check.met}
    assert missed == {"trimap 2, mean Grad / better solver", "trimaps, ahead in all three"}


def test_times_and_memory(photograph, quick_peers):
    (row,) = cost.table([photograph], None, rounds=1)
    assert row["ours"] > 0 and row["/closed-form"] == row["ours"] / row["closed-form"] and row[cost.EARLIER] is None
    assert [check.name for check in cost.checks([row])] == ["time / closed-form"]
    assert [check.met for check in cost.checks([TIMES])] == [True, True]
    assert [check.met for check in cost.checks([TIMES | {"ours": 2.1}])] == [False, False]
    assert cost.peak_of("ours", photograph.image, (photograph.alpha > 0.5).float(), torch.ones(1, 1, 96, 96)) >= 0


def test_the_record_has_a_column_for_each_limit(tmp_path):
    checks = [*masks.checks(good_masks()), *trimaps.checks(good_trimaps()), *cost.checks([TIMES])]
    assert held.columns(bench.RECORD) == [check.name for check in checks]
    copy = tmp_path / "held.md"
    copy.write_text(bench.RECORD.read_text())
    added = held.append(checks[1:], copy)
    assert copy.read_text() == bench.RECORD.read_text() + added + "\n"
    cells = [cell.strip() for cell in added.strip("|").split("|")]
    assert len(cells) == len(held.FIRST) + len(checks) and cells[2:4] == ["-", "0.3"]
    with pytest.raises(ValueError, match="no column for SAD"):
        held.line(checks, held.columns(bench.RECORD)[1:], "abc1234", "2026-01-01")


def test_the_record_is_a_table():
    rows = [each for each in bench.RECORD.read_text().splitlines() if each.startswith("|")]
    assert {each.count("|") for each in rows} == {len(held.FIRST) + len(held.columns(bench.RECORD)) + 1}


def test_held_photographs_are_measured_whole_or_not_at_all():
    assert bench.parsed([]).names == TUNING and bench.parsed(["--held"]).names == HELD
    for wrong in (["--names", "GT14"], ["--held", "--no-peers"], ["--held", "masks"], ["--held", "--names", "GT01"]):
        with pytest.raises(SystemExit):
            bench.parsed(wrong)


def test_without_the_photographs_a_sentence_says_so(monkeypatch, capsys):
    monkeypatch.delenv("SOFTFOCUS_MATTING", raising=False)
    assert bench.main([]) == []
    assert capsys.readouterr().out == bench.MISSING + "\n"
