"""Times of GEGL's operations, net of starting the program, reading and writing."""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from pathlib import Path

import cv2
import numpy as np
import torch
from torch import Tensor

from benchmarks.timing import seconds

ENVIRONMENT = {"GEGL_THREADS": "2", "GEGL_USE_OPENCL": "no"}
MISSING = "No `gegl` on the PATH: its columns stay empty (Debian: apt-get install gegl)."
METHOD = (
    "gegl: 8-bit PNG in, PPM out, two threads, no OpenCL, best of some runs. Net time: the graph with the operation "
    "minus the same graph with gegl:nop, minus the same difference on 16 x 16 pixels (the operation's start)."
)
RUNS = 5
SLOW_S = 2.0  # a graph that takes longer runs once: the rest of it is then a tenth or less
NOISE = 0.03  # a net time below this share of the whole run cannot be told from its noise
NOTHING = "gegl:nop"


def available() -> bool:
    return shutil.which("gegl") is not None


class Graph:
    """GEGL on one picture [1, 3, H, W] in 0..1, a whole number of 1/255."""

    def __init__(self, image: Tensor) -> None:
        self._folder = tempfile.TemporaryDirectory()
        pixels = (image[0].flip(0).movedim(0, -1) * 255).round().byte().numpy()
        cv2.imwrite(self._path("in.png"), pixels, [cv2.IMWRITE_PNG_COMPRESSION, 1])
        cv2.imwrite(self._path("small.png"), np.ascontiguousarray(pixels[:16, :16]))
        self._nothing = {name: self._shortest(name, NOTHING) for name in ("in.png", "small.png")}

    def milliseconds(self, *operation: str) -> float | None:
        """Net time of an operation given as on GEGL's command line, None where it is lost in the noise."""
        whole = self._shortest("in.png", *operation)
        start = max(0.0, self._shortest("small.png", *operation) - self._nothing["small.png"])
        net = whole - self._nothing["in.png"] - start
        return 1000 * net if net > NOISE * whole else None

    def result(self) -> Tensor:
        """What the last operation made of the picture, [1, 3, H, W] in whole 1/255."""
        pixels = cv2.imread(self._path("in.ppm"))
        if pixels is None:
            raise RuntimeError("gegl wrote no picture")
        return torch.from_numpy(np.ascontiguousarray(pixels[..., ::-1])).movedim(-1, 0)[None].float() / 255

    def _path(self, name: str) -> str:
        return str(Path(self._folder.name, name))

    def _shortest(self, name: str, *operation: str) -> float:
        best = seconds(lambda: self._run(name, operation), runs=1)
        more = 0 if best > SLOW_S else RUNS - 1
        return min(best, seconds(lambda: self._run(name, operation), more))

    def _run(self, name: str, operation: tuple[str, ...]) -> None:
        target = self._path(name.replace(".png", ".ppm"))
        command = ["gegl", self._path(name), "-o", target, "--", *operation]
        subprocess.run(command, env={**os.environ, **ENVIRONMENT}, capture_output=True, check=True)
