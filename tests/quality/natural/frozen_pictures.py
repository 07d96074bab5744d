"""The pictures whose values of the reference packages were frozen, for the tests of NIQE, BRISQUE and PIQE."""

from __future__ import annotations

import json
from collections.abc import Iterator

import torch

from testing.quality.frozen import OUT, digest, pictures

FROZEN = {(entry["name"], entry["version"]): entry for entry in json.loads(OUT.read_text())}


def same_pictures(key: str) -> Iterator[tuple[str, torch.Tensor, float]]:
    """Pictures that are the frozen ones to the last bit (a JPEG or WebP reader may differ), and the value of each."""
    for name, version, pixels in pictures():
        entry = FROZEN[name, version]
        if digest(pixels) == entry["sha256"]:
            yield f"{name} {version}", torch.from_numpy(pixels.copy()).movedim(-1, 0)[None].float() / 255, entry[key]


def noise(*shape: int) -> torch.Tensor:
    return torch.rand(shape, generator=torch.Generator().manual_seed(0))
