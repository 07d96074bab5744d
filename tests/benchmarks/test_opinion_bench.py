"""The benchmark against opinions: what it reads and what it counts."""

from __future__ import annotations

import numpy as np
import pytest
from PIL import Image

from benchmarks.opinion import __main__ as bench
from benchmarks.opinion import pictures


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
