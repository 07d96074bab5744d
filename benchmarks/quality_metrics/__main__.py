"""NIQE, BRISQUE and PIQE on real pictures made worse step by step: do they rise, and what do they cost?

`python -m benchmarks.quality_metrics` prints Spearman's rank correlation of each metric with the level of blur,
noise and JPEG compression, every picture alone, with the untouched picture (JPEG: quality 100) and without it; then the
pictures on which the metric is not strictly monotone, then the time for a picture of 1024 x 1024.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import torch
from PIL import Image
from skimage import data
from torch import Tensor

from benchmarks.timing import side_by_side
from softfocus.quality.natural.brisque import brisque
from softfocus.quality.natural.niqe import niqe
from softfocus.quality.natural.piqe import piqe
from testing.portraits import to_tensor
from testing.quality.photographs import real_pictures, worsened

METRICS: dict[str, Callable[..., Tensor]] = {"niqe": niqe, "brisque": brisque, "piqe": piqe}
LEVELS: dict[str, tuple[float, ...]] = {
    "blur": (0, 0.7, 1.2, 2, 3.5),  # sigma in pixels
    "noise": (0, 4, 8, 16, 32),  # standard deviation in levels of 255
    "jpeg": (100, 60, 30, 15, 7),  # quality
}
STRICT = 1 - 1e-9


def rank_correlation(values: list[float]) -> float:
    """Spearman's, with 0, 1, 2, ...; ties share their ranks."""
    scores = np.array(values)
    ranks = (scores[:, None] > scores).sum(1) + (scores[:, None] == scores).sum(1) / 2
    return float(np.corrcoef(ranks, np.arange(len(values)))[0, 1]) if len(set(values)) > 1 else 0.0


def compare() -> None:
    found: dict[tuple[str, str], list[tuple[float, float]]] = {}
    exceptions = []
    for name, picture in real_pictures():
        for kind, levels in LEVELS.items():
            steps = torch.cat([to_tensor(worsened(picture, kind, level, name)) for level in levels])
            for metric, measure in METRICS.items():
                values = [round(value, 2) for value in measure(steps).tolist()]
                whole, worse = rank_correlation(values), rank_correlation(values[1:])
                found.setdefault((metric, kind), []).append((whole, worse))
                if whole < STRICT:
                    exceptions.append(f"{metric:8} {kind:6} {whole:5.2f}  {name}: {values}")
    print("rank correlation with the level: mean (worst) over the pictures; the same from the first step on")
    for (metric, kind), values in found.items():
        columns = [f"{np.mean(each):5.2f} ({min(each):5.2f})" for each in zip(*values, strict=True)]
        print(f"{metric:8} {kind:6} {'   '.join(columns)}   {len(values)} pictures")
    print("not monotone:", *exceptions, sep="\n")


def main() -> None:
    torch.set_num_threads(1)
    compare()
    large = to_tensor(Image.fromarray(data.astronaut()).resize((1024, 1024), Image.Resampling.BICUBIC))
    works = {metric: lambda measure=measure: measure(large) for metric, measure in METRICS.items()}
    for metric, time in side_by_side(works).items():
        print(f"{metric:8} {time:.0f} ms for 1024 x 1024, one thread")


if __name__ == "__main__":
    main()
