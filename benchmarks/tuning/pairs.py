"""Pictures to look at: held portraits, the defaults of the five nodes, and Dreamy but Sharp, side by side at full size.

python -m benchmarks.tuning.pairs FOLDER [--count N]
"""

from __future__ import annotations

import argparse
from pathlib import Path

import torch
from PIL import Image

from benchmarks.tuning.portraits import held_sitters
from softfocus.look import make_look
from softfocus.settings import DEFAULTS
from softfocus.tuning import start, tune, wanted

COUNT = 12


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tuning.pairs")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--count", type=int, default=COUNT)
    chosen = parser.parse_args(arguments)
    chosen.folder.mkdir(parents=True, exist_ok=True)
    for sitter in held_sitters(chosen.count):
        found = tune(sitter.small().measure, start(0.5, 0.5), wanted(0.5, 0.5)).settings
        looks = [make_look(sitter.image, sitter.mask, each, faces=[sitter.faces]).image for each in (DEFAULTS, found)]
        values = torch.cat([sitter.image, *looks], -1)[0].clamp(0, 1).mul(255).byte().movedim(0, -1)
        Image.fromarray(values.numpy()).save(chosen.folder / f"{sitter.name}.png")
        print(sitter.name, flush=True)


if __name__ == "__main__":
    main()
