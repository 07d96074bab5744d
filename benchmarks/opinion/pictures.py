"""BIQ2021: 12,000 photographs of 512 x 512 with mean opinion scores, in three parts, split once into train and test."""

from __future__ import annotations

import csv
import os
import random
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from PIL import Image
from torch import Tensor

from testing.portraits import to_tensor

VARIABLE = "SOFTFOCUS_BIQ2021"
PARTS = ("ss01", "ss02", "ss03")  # phone shots with faults, a gallery, Unsplash
ORDER = 1  # seed of the order in which the training split is taken
FITTED = 4000  # the first of them: targets were fitted on these, in this order


class Rated(NamedTuple):
    """A photograph: its file, the mean opinion of it in 0..1."""

    file: str
    opinion: float

    @property
    def part(self) -> str:
        return self.file[:4]


def folder() -> Path | None:
    """Where nisarahmedrana/BIQ2021 lies, if SOFTFOCUS_BIQ2021 says so."""
    path = os.environ.get(VARIABLE)
    return Path(path) if path else None


def rated(held: bool) -> list[Rated]:
    """The test split, or the training split in an order of its own."""
    name = f"{'Test' if held else 'Train'} (Images and MOS).csv"
    with (_folder() / name).open(newline="") as file:
        rows = [Rated(row[0], float(row[1])) for row in list(csv.reader(file))[1:]]
    rows = [row for row in rows if (_folder() / "Images" / row.file).exists()]  # one of the training split is not there
    if not held:
        random.Random(ORDER).shuffle(rows)
    return rows


def images(rows: Sequence[Rated]) -> Iterator[Tensor]:
    """Each [1, 3, H, W] sRGB."""
    for row in rows:
        with Image.open(_folder() / "Images" / row.file) as picture:
            yield to_tensor(picture.convert("RGB"))


def _folder() -> Path:
    path = folder()
    if path is None:
        raise FileNotFoundError(f"{VARIABLE} names no folder")
    return path
