"""Does the score without reference and mask agree with people?

    python -m benchmarks.opinion [--count N] [--from N]
    python -m benchmarks.opinion --held

Rank correlation (Spearman) with mean opinions: of the score, of NIQE, BRISQUE and PIQE, and of each part of the score
with its 90 % interval (1,000 resamplings), on the training split of BIQ2021 beyond the first 4,000, from which measures
and targets were chosen. `--held` runs the whole test split and writes a line into held.md: for the note of a change,
not for choosing.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean

import numpy as np
import torch
from scipy.stats import rankdata
from torch import Tensor

from benchmarks.held import append
from benchmarks.opinion.pictures import FITTED, PARTS, Rated, folder, images, rated
from benchmarks.rows import Check, Row, show, show_limits
from softfocus.quality import Measured, measure_clarity, measure_effect, score_effect

MISSING = "SOFTFOCUS_BIQ2021 names no folder with nisarahmedrana/BIQ2021 (benchmarks/README.md): nothing is measured."
RECORD = Path(__file__).with_name("held.md")
COUNT, RESAMPLINGS = 1000, 1000

Figures = dict[str, list[float]]


def measured(rows: Sequence[Rated]) -> tuple[Figures, Figures]:
    """By name, a value for each picture, larger is better: of whole scores, and of the score's parts."""
    scores: Figures = {}
    parts: Figures = {}
    for image in images(rows):
        values, of_parts = _one(image)
        for name, value in values.items():
            scores.setdefault(name, []).append(value)
        for name, value in of_parts.items():
            parts.setdefault(name, []).append(value)
    return scores, parts


def _one(image: Tensor) -> tuple[dict[str, float], dict[str, float]]:
    picture = Measured.of(image)
    clarity = measure_clarity(picture)
    score, whole = score_effect(measure_effect(picture, clarity.distortions)), clarity.whole
    natural = {"NIQE": whole.niqe, "BRISQUE": whole.brisque, "PIQE": whole.piqe}
    values = {name: -np.inf if value is None else -value for name, value in natural.items()}
    return {"score": score.total} | values, {part.goal.name: part.score for part in score.parts}


def agreement(values: Sequence[float], rows: Sequence[Rated]) -> dict[str, float]:
    """Rank correlation over all, the mean within the parts, and within each."""
    found, opinions = np.array(values), np.array([row.opinion for row in rows])
    of = np.array([row.part for row in rows])
    within = {part: correlation(found[of == part], opinions[of == part]) for part in PARTS}
    return {"all": correlation(found, opinions), "within": mean(within.values())} | within


def correlation(first: np.ndarray, second: np.ndarray) -> float:
    return float(np.corrcoef(rankdata(first), rankdata(second))[0, 1])


def part_table(parts: Figures, rows: Sequence[Rated]) -> Iterator[Row]:
    opinions, draw = np.array([row.opinion for row in rows]), np.random.default_rng(0)
    for name, values in parts.items():
        found = np.array(values)
        again = [
            correlation(found[some], opinions[some]) for some in draw.integers(0, len(rows), (RESAMPLINGS, len(rows)))
        ]
        low, high = (float(each) for each in np.quantile(again, (0.05, 0.95)))
        yield {"part": name, **agreement(values, rows), "5 %": low, "95 %": high}


def checks(found: dict[str, float]) -> list[Check]:
    limits = {"all": 0.6, "within": 0.48, "ss03": 0.4}
    return [Check(f"score, {name}", found[name], limit, at_least=True) for name, limit in limits.items()]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.opinion", description=__doc__.splitlines()[0])
    parser.add_argument("--count", type=int, default=COUNT, help="photographs of the training split")
    parser.add_argument("--from", type=int, default=FITTED, dest="first", help="the first one; targets: 0 to 3999")
    parser.add_argument("--held", action="store_true", help="the whole test split; adds a line to held.md")
    options = parser.parse_args(arguments)
    if folder() is None:
        print(MISSING)
        return
    start = time.perf_counter()
    torch.set_num_threads(1)
    rows = rated(options.held)
    rows = rows if options.held else rows[options.first :][: options.count]
    with torch.inference_mode():
        scores, parts = measured(rows)
    agreements = {name: agreement(values, rows) for name, values in scores.items()}
    split = "test split" if options.held else "training split"
    show(
        f"Rank correlation with opinions, {len(rows)} of the {split}; median score {np.median(scores['score']):.0f}",
        ({"": name, **each} for name, each in agreements.items()),
    )
    show("Parts of the score", part_table(parts, rows))
    limits = checks(agreements["score"])
    show_limits(limits, start)
    if options.held:
        print(append(limits, RECORD))


if __name__ == "__main__":
    main()
