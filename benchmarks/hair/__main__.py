"""Hair masks against outlines made by hand, half of them beside hats, veils, flowers: overlap, hats, background.

    python -m benchmarks.hair [--held]

Run by `make bench`. The outlines are those of `testing/faces/hair_outlines.py`; the pictures come from packages. IoU is
that of what is rather hair than not; hat is the mean of the mask over what is worn on the head, leak the share of the
mask outside of people. --held: the pictures that are kept for one run, in place of those that were looked at.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Iterator

import torch

from benchmarks.rows import Check, Row, show, show_limits, values
from softfocus.faces import find_faces, hair_mask, load_face_nets, load_hair_net
from testing.faces.hair_outlines import figures, outlined

OVERLAP, HAT, LEAK = 0.8, 0.1, 0.02


def rows(split: str) -> Iterator[Row]:
    nets, net = load_face_nets(), load_hair_net()
    for each in outlined(split):
        faces = find_faces(nets, each.image)
        start = time.perf_counter()
        hair = hair_mask(net, each.image, faces)[0, 0]
        seconds = time.perf_counter() - start
        yield {"picture": each.name, "faces": len(faces[0]), **figures(each, hair), "seconds": seconds}


def main(argv: list[str] | None = None) -> list[Check]:
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--held", action="store_true")
    options = parser.parse_args(argv)
    torch.set_num_threads(1)
    start, limits = time.perf_counter(), []
    with torch.inference_mode():
        for split in ("held",) if options.held else ("tuning", "first held"):
            made = show(f"Hair, {split}", rows(split))
            overlap, hat, leak = (values(made, name) for name in ("IoU", "hat", "leak"))
            limits += [
                Check(f"{split}: median IoU", statistics.median(overlap), OVERLAP, at_least=True),
                Check(f"{split}: hats taken for hair, mean share", statistics.mean(hat), HAT),
                Check(f"{split}: outside of people, mean share", statistics.mean(leak), LEAK),
            ]
    show_limits(limits, start)
    return limits


if __name__ == "__main__":
    main()
