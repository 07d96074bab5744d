"""Drawn faces on one sheet of 6 x 6 tiles (hysts/anime-face-detector, assets/input.jpg, MIT), and marks made by eye.

The sheet is not part of the project: SOFTFOCUS_DRAWN names it where it lies, and its hash is checked.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import torch
from PIL import Image
from torch import Tensor

from testing.portraits import ROOT, to_tensor

MARKS = ROOT / "testing" / "faces" / "drawn_marks.json"
VARIABLE = "SOFTFOCUS_DRAWN"
TUNING_ROWS = 3  # constants were chosen on the upper rows


@dataclass(frozen=True)
class Tile:
    """image [1, 3, H, W] sRGB; for each face marks [3, 2], right eye, left eye, mouth in px, NaN where hidden, and its
    width in px."""

    number: int
    image: Tensor
    marks: list[Tensor]
    widths: list[float]


def sheet() -> Path | None:
    """Where the sheet lies; None where nobody says so."""
    named = os.environ.get(VARIABLE)
    return Path(named) if named else None


def tiles(path: Path) -> Iterator[Tile]:
    """The tiles in rows.

    Raises:
        ValueError: the file is not the marked sheet.
    """
    known = json.loads(MARKS.read_text())
    if hashlib.sha256(path.read_bytes()).hexdigest() != known["sheet_sha256"]:
        raise ValueError(f"{path} is not the marked sheet (sha256 differs)")
    whole = to_tensor(Image.open(path).convert("RGB"))
    height, width = whole.shape[2] // known["rows"], whole.shape[3] // known["columns"]
    for number in range(known["rows"] * known["columns"]):
        row, column = divmod(number, known["columns"])
        image = whole[..., row * height : (row + 1) * height, column * width : (column + 1) * width]
        faces = known["tiles"].get(str(number), [])
        marks = [torch.tensor([point or (torch.nan, torch.nan) for point in face[:3]]).float() for face in faces]
        yield Tile(number, image, marks, [float(face[3]) for face in faces])
