"""The pictures whose values by the reference packages are stored in quality_values.json."""

from __future__ import annotations

import hashlib
from collections.abc import Iterator
from pathlib import Path

import numpy as np

ROOT = Path(__file__).resolve().parents[2]
OUT = ROOT / "testing" / "quality" / "quality_values.json"
VERSIONS = {"clean": ("blur", 0), "blur": ("blur", 1.5), "noise": ("noise", 10), "jpeg": ("jpeg", 15)}


def pictures() -> Iterator[tuple[str, str, np.ndarray]]:
    """Name, version and [H, W, 3] uint8 RGB of every picture that the values are of."""
    from testing.quality.photographs import real_pictures, worsened

    for name, picture in real_pictures():
        for version, (kind, level) in VERSIONS.items():
            yield name, version, np.asarray(worsened(picture, kind, level, name))


def digest(pixels: np.ndarray) -> str:
    return hashlib.sha256(f"{pixels.shape}".encode() + pixels.tobytes()).hexdigest()
