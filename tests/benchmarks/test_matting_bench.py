"""The cases of the matting table and its limits."""

from __future__ import annotations

import re

from benchmarks.matting.cases import Figures, Job, jobs
from benchmarks.matting.limits import GROUPS, LIMITS, print_limits, print_strands
from testing.matting.backgrounds import BACKGROUNDS
from testing.matting.truth import FRESH_SEEDS, MASK_KINDS, REPORTED_SEEDS

CASES = list(jobs(REPORTED_SEEDS, FRESH_SEEDS, quick=False))


def made(job: Job, method: str, sad: float, mask: str = "downsampled", **figures: float) -> Figures:
    names = ("seconds", "sad_band", "outside", "mse", "grad", "conn", "recall", "false_hair", "middle")
    return Figures(job, mask, method, sad=sad, **(dict.fromkeys(names, 0.0) | figures))


def test_every_group_has_cases_and_none_stands_twice():
    assert {job.group for job in CASES} == set(GROUPS)
    assert len(set(CASES)) == len(CASES)
    assert all(job.masks == MASK_KINDS for job in CASES)
    assert set(LIMITS) <= {(job.group, job.background) for job in CASES}


def test_old_scenes_keep_their_seeds_and_new_ones_have_fresh_ones():
    old = {"strands", "opaque", "bald"}
    assert {job.seed for job in CASES if job.group in old} == set(REPORTED_SEEDS)
    assert {job.seed for job in CASES if job.group not in old} <= set(FRESH_SEEDS)
    for background in BACKGROUNDS[:2]:
        sparse = [job.seed for job in CASES if job.group == "sparse" and job.background == background]
        assert sparse == list(FRESH_SEEDS)


def test_quick_runs_one_seed_of_each():
    few = list(jobs(REPORTED_SEEDS, FRESH_SEEDS, quick=True))
    assert {job.group for job in few} == set(GROUPS)
    assert {job.order for job in few} == {0}


def test_limits_are_printed_beside_what_they_limit(capsys):
    job = next(job for job in CASES if (job.group, job.background) == ("sparse", "busy"))
    coarse = [made(job, "rough mask", 4.0), made(job, "closed-form", 2.0), made(job, "ours", 1.0)]
    print_limits([*coarse, made(job, "rough mask", 100.0, "dilated"), made(job, "ours", 1.0, "dilated")])
    lines = capsys.readouterr().out.splitlines()
    assert any(re.search(r"rough mask *, busy +sparse +0\.25 +limit 0\.45", line) for line in lines)
    assert any(re.search(r"closed-form *, busy +sparse +0\.50 +limit 1\.00", line) for line in lines)
    assert not any("bald" in line for line in lines)


def test_strand_figures_are_means_over_cases_that_have_strands(capsys):
    first, second = CASES[:2]
    results = [made(first, "ours", 1.0, recall=0.5, false_hair=0.25, middle=0.125)]
    results.append(made(second, "ours", 1.0, recall=float("nan")))
    print_strands(results)
    rows = [line for line in capsys.readouterr().out.splitlines() if "ours" in line]
    assert len(rows) == 1
    assert rows[0].split()[-3:] == ["0.500", "0.250", "0.125"]
