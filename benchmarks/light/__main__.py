"""Diffusion Filter against its model, halation beside an edge, and cost beside Luminance Bloom.

    python -m benchmarks.light [points edges halation cost]

The model is that of docs/methods.md, integrated over pixels by `testing/light/filter_model.py`. SOFTFOCUS_SPEKTRAFILM
names a JSON file with spektrafilm's own point spread, to compare: {"percent": [radii], family: {"green": [density]}}.
"""

from __future__ import annotations

import json
import math
import os
import sys
import time
from collections.abc import Callable, Iterator, Mapping
from functools import partial
from pathlib import Path

import numpy as np
from torch import Tensor

from benchmarks.engine.cost.measure import measure
from benchmarks.image_engine.pictures import photo
from benchmarks.light import plot
from benchmarks.rows import Check, Row, show, show_limits, values
from benchmarks.timing import seconds
from softfocus.at_settings import apply_bloom, apply_diffusion
from softfocus.diffusion import diffusion_filter
from softfocus.settings import FILTER_FAMILIES, BloomSettings, DiffusionSettings
from testing.light.filter_model import CHANNELS, SHARES, TABLE, over_pixels, point_spread, transfer
from testing.light.measures import around_a_point, edge_transfer, red_over_blue

SIDES = (512, 2048, 4096)
SIZES = (50.0, 100.0, 200.0)
GRADES = (0.125, 0.25, 0.5, 1.0, 2.0)
CYCLES = (5, 20, 80)  # a diagonal
DECADES = 1e-3
ROUNDS = 7
PLOT = Path("benchmarks/results/diffusion_filters.png")


def points() -> Iterator[Row]:
    """Worst relative error from 3 px outwards; all grades have one shape, and are tried at one size."""
    for side in SIDES:
        distances = np.unique(np.geomspace(3, side // 2 - 1, 60).astype(int)).astype(float)
        for family in FILTER_FAMILIES:
            for size in SIZES:
                for grade in GRADES if side == SIDES[0] else (1.0,):
                    yield _point(side, distances, family, size, grade)


def _point(side: int, distances: np.ndarray, family: str, size: float, grade: float) -> Row:
    added = around_a_point(partial(diffusion_filter, family=family, size=size, grade=grade), (side, side))
    worst = 0.0
    for index, channel in enumerate(CHANNELS):
        wanted = over_pixels(distances, family, size, 1.0, channel, (side, side)) * SHARES[grade] * TABLE[family].gain
        row = added[index, side // 2, side // 2 + distances.astype(int)]
        worst = max(worst, np.abs(row / wanted - 1)[wanted > wanted[0] * DECADES].max())
    energy = np.abs(added.sum(axis=(1, 2))).max()
    return {"side": side, "family": family, "size": size, "grade": grade, "worst %": 100 * worst, "energy": energy}


def edges(shape: tuple[int, int] = (1365, 2048)) -> Iterator[Row]:
    for family in FILTER_FAMILIES:
        for size in SIZES:
            kept, off = [], []
            for grade in GRADES:
                effect = partial(diffusion_filter, family=family, size=size, grade=grade)
                found = edge_transfer(effect, shape, CYCLES)
                share = SHARES[grade] * TABLE[family].gain
                wanted = [[transfer(true, family, size, 1.0, each) for each in CHANNELS] for true in found[:, 3]]
                kept.append(found[:, 1])
                off.append(np.abs(found[:, :3] - (1 - share + share * np.array(wanted))).max(1))
            for at, true in enumerate(found[:, 3]):
                green = [float(each[at]) for each in kept]
                row: Row = {"family": family, "size": size, "cycles": round(true, 1)}
                row |= {f"grade {grade:g}": value for grade, value in zip(GRADES, green, strict=True)}
                yield row | {"worst off": max(float(each[at]) for each in off), "falls": int(all(np.diff(green) < 0))}


def halation() -> Iterator[Row]:
    """Red over blue beside a bar, Luminance Bloom's defaults, 3,600 px wide."""

    def film(image: Tensor, strength: float) -> Tensor:
        return apply_bloom(image, BloomSettings(halation=strength))[0]

    for height in (2400, 3600, 1800):
        ratios = red_over_blue(film, (height, 3600), [8, 16, 24, 36])
        yield {"height": height, **{f"{at} px": each for at, each in zip((8, 16, 24, 36), ratios, strict=True)}}


def cost() -> Iterator[Row]:
    """Of Luminance Bloom at its defaults; operations and bytes as on a device, the processor's time of all threads."""
    for side in (256, 1024, 2048):
        image = photo(side)
        works = {"bloom": partial(apply_bloom, image)}
        works |= {name: partial(apply_diffusion, image, DiffusionSettings(name)) for name in FILTER_FAMILIES}
        times = _processor_times(works)
        counts = {name: measure(work) for name, work in works.items()}
        for name in FILTER_FAMILIES:
            mine, theirs = counts[name], counts["bloom"]
            row: Row = {"side": side, "family": name, "operations": mine.operations / theirs.operations}
            yield row | {"bytes": mine.bytes / theirs.bytes, "CPU time": times[name] / times["bloom"]}


def _processor_times(works: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    best = dict.fromkeys(works, math.inf)
    for _ in range(ROUNDS):
        for name, work in works.items():
            best[name] = min(best[name], seconds(work, 1, time.process_time))
    return best


def other_model() -> Iterator[Row]:
    """Our model over spektrafilm's point spread, green, by radius in percent of the diagonal."""
    path = os.environ.get("SOFTFOCUS_SPEKTRAFILM")
    theirs = json.loads(Path(path).read_text()) if path else {}
    for family in FILTER_FAMILIES if theirs else ():
        radii = np.array([0.05, 0.1, 0.3, 1, 3, 10, 30])
        at = np.exp(np.interp(np.log(radii), np.log(theirs["percent"]), np.log(theirs[family]["green"])))
        ours = point_spread(radii, family, 100.0, 1.0, "green", 100.0)
        yield {"family": family, **{f"{r:g} %": value for r, value in zip(radii, ours / at, strict=True)}}


def main(parts: list[str]) -> None:
    start, checks = time.perf_counter(), []
    chosen = parts or ["points", "edges", "halation", "cost"]
    if "points" in chosen:
        rows = show("Point of light: error against the model", points())
        checks += [Check("profile off the model, worst %", max(values(rows, "worst %")), 10)]
        checks += [Check("energy, worst share of the light", max(values(rows, "energy")), 1e-4)]
        show("Model over spektrafilm's", other_model())
        plot.draw(PLOT)
    if "edges" in chosen:
        rows = show("Slanted edge: contrast kept, green", edges())
        checks += [Check("contrast off the model's transform", max(values(rows, "worst off")), 0.02)]
        checks += [Check("contrast falls with every grade", min(values(rows, "falls")), 1, at_least=True)]
    if "halation" in chosen:
        rows = show("Halation: red over blue beside a bar", halation())
        checks += [Check("red over blue at 8 px", max(values(rows, "8 px")), 1.5)]
        checks += [Check("red over blue at 36 px", min(values(rows, "36 px")), 5, at_least=True)]
    if "cost" in chosen:
        rows = show("Cost over Luminance Bloom", cost())
        checks += [
            Check(f"{name} / bloom", max(values(rows, name)), 1.5) for name in ("operations", "bytes", "CPU time")
        ]
    show_limits(checks, start)


if __name__ == "__main__":
    main(sys.argv[1:])
