"""The benchmark against opinions: what it reads, what it counts, and the candidate's parts on pictures made worse."""

from __future__ import annotations

import math

import numpy as np
import pytest
from PIL import Image

from benchmarks.opinion import __main__ as bench
from benchmarks.opinion import pictures
from benchmarks.opinion.glance import GOALS, Glance, measure_glance, score_glance
from softfocus.quality import Measured
from softfocus.quality.clarity.distortions import measure_distortions
from testing.quality.ladder import ladder
from testing.quality.photographs import pictures as photographs


def candidate(picture: Measured) -> float:
    return math.prod(score_glance(picture, measure_distortions(picture)).values())


@pytest.mark.parametrize("kind", ["white noise", "low resolution", "oversharpening"])
def test_the_candidate_falls_with_every_step(kind):
    for name, image in photographs().items():
        values = [candidate(Measured.of(step)) for step in ladder(image, kind, name)]
        assert all(now > later for now, later in zip(values, values[1:], strict=False)), (name, values)


def test_a_black_backdrop_is_no_part_of_a_picture():
    image = photographs()["coffee"]
    framed = image.new_zeros(1, 3, 1024, 1024)
    framed[..., 512:736, 512:736] = image[..., :224, :224]
    assert measure_glance(Measured.of(framed), 0.0).detail_db > 25


def test_a_flat_picture_is_defined():
    flat = measure_glance(Measured.of(photographs()["coffee"][..., :1, :1].expand(-1, -1, 3, 40).contiguous()), 0.0)
    assert flat.detail_db == 0 and flat.likeness == 1 and math.isfinite(flat.signal_db)
    assert {goal.source for goal in GOALS} >= set(Glance.__dataclass_fields__)


def test_the_training_split_has_an_order_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv(pictures.VARIABLE, str(tmp_path))
    (tmp_path / "Images").mkdir()
    names = [f"ss0{1 + number % 3} ({number}).jpg" for number in range(9)]
    for name in names:
        Image.fromarray(np.zeros((8, 8, 3), np.uint8)).save(tmp_path / "Images" / name)
    lines = ["Image Name,MOS", *(f"{name},0.{number}" for number, name in enumerate([*names, "ss01 (99).jpg"]))]
    for split in ("Train", "Test"):
        (tmp_path / f"{split} (Images and MOS).csv").write_text("\n".join(lines) + "\n")
    train, test = pictures.rated(held=False), pictures.rated(held=True)
    assert [row.file for row in test] == names and sorted(train) == sorted(test) and train != test
    assert train == pictures.rated(held=False) and {row.part for row in train} == set(pictures.PARTS)
    assert [tuple(image.shape) for image in pictures.images(train[:2])] == [(1, 3, 8, 8)] * 2


def test_agreement_counts_ranks_within_the_parts_too():
    rows = [
        pictures.Rated(f"ss0{1 + part} ({number})", part / 3 + number / 100) for part in range(3) for number in range(9)
    ]
    within = [-row.opinion + 2 * int(row.part[-1]) for row in rows]
    found = bench.agreement(within, rows)
    assert found["ss01"] == found["ss02"] == found["ss03"] == pytest.approx(-1) and found["all"] > 0.5
    assert [check.met for check in bench.checks(found)] == [True, False, False]
