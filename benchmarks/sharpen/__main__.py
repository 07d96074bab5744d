"""Feature Sharpen without a source against other ways to sharpen.

    python -m benchmarks.sharpen [--pictures N]

Unsharp masks of kornia and skimage, ComfyUI's ImageSharpen, AMD's CAS. Phantom: steps in noise, each method at
edge gain 1.3, and ("quiet") at noise gain 1.05. Portraits: blurred and noisy, the truth known, every method at its best
scale and strength within the same noise gain; chosen on every fourth picture, measured on the others.
"""

from __future__ import annotations

import argparse
import itertools
import time

import torch

from benchmarks.rows import Check, show, show_limits
from benchmarks.sharpen import phantom as sharpen_phantom
from benchmarks.sharpen import portraits as sharpen_portraits

PICTURES = 28


def main(arguments: list[str] | None = None) -> list[Check]:
    """Print tables and limits; returns the limits."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.sharpen", description=__doc__.splitlines()[0])
    parser.add_argument("--pictures", type=int, default=PICTURES, help="portraits, a fourth of them for choosing")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    torch.set_num_threads(1)
    rows = show("Phantom: gains of edges, noise and texture, overshoot in 0..1", sharpen_phantom.table())
    checks = sharpen_phantom.checks(rows)
    pictures = list(itertools.islice(sharpen_portraits.crops(), options.pictures))
    title = f"Blurred portraits, {len(pictures)} pictures; edges beyond the blurred ones', sigma in px, noise in 1/255"
    checks += sharpen_portraits.checks(show(title, sharpen_portraits.table(pictures)))
    show_limits(checks, start)
    return checks


if __name__ == "__main__":
    main()
