"""Dense features: fidelity to a known truth, agreement of a real backbone with views held out, and boundaries.

    python -m benchmarks.features            pictures that no constant was chosen on
    python -m benchmarks.features --tuning   those on which all were

(a) A synthetic encoder whose dense truth is known: features of the whole picture at the tiles' resolution.
(b) MobileNetV2 trained on ImageNet: squared error against shifted and zoomed views that were not used, over the
    variance of the view; once more with a position bias planted into it; F-score of outlines of composites.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Callable, Iterable
from statistics import mean

import torch
from torch import Tensor

from softfocus.features.views import resize_to_grid
from testing.features import named_pictures as pictures
from testing.features.backbone import MobileNet
from testing.features.methods import METHODS, OURS, OURS_BIASED, best_of_others, dense_grid, dense_maps
from testing.features.scores import (
    RIM,
    boundary_score,
    feature_gradient,
    fidelity,
    held_out_error,
    held_out_views,
    seam_ratio,
)
from testing.features.synthetic_encoder import SyntheticEncoder

BIASES = ((0.0, False), (0.5, False), (1.0, False), (1.0, True))
FACTORS = (2, 4)
PLANTED = 0.5
VIEWS_PER_ZOOM = 2
SCENES = 16

Table = dict[str, dict[str, list[float]]]  # column, method, one figure per case


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--tuning", action="store_true", help="the pictures on which the constants were chosen")
    tuning = parser.parse_args(arguments).tuning
    torch.set_num_threads(1)
    names = pictures.TUNING if tuning else pictures.REPORTED
    start = time.perf_counter()
    print(f"Pictures: {', '.join(names)}, portraits")
    synthetic, seams = measure_synthetic(names, seed=0 if tuning else 1)
    show("(a) Synthetic encoder: fidelity = variance / squared error, higher is better", synthetic, max)
    show("(a) Steps across tile borders over steps elsewhere, over the truth's: 1 is no seam", seams, None)
    photos = [pictures.picture(name) for name in names if not name.startswith("texture")]
    photos += pictures.portraits(pictures.TUNING_PORTRAITS if tuning else pictures.REPORTED_PORTRAITS)
    show("(b) MobileNetV2: error against views held out, lower is better", measure_held_out(photos), min)
    show("(b) MobileNetV2: F-score of outlines, higher is better", measure_outlines(names, tuning), max)
    print(f"\n{time.perf_counter() - start:.0f} s")


def measure_synthetic(names: Iterable[str], seed: int) -> tuple[Table, Table]:
    fidelities: Table = {}
    seams: Table = {}
    for bias, rough in BIASES:
        encoder = SyntheticEncoder(bias=bias, rough=rough, seed=seed)
        for factor in FACTORS:
            column = f"{factor}x bias {bias:g}{' rough' if rough else ''}"
            for name in names:
                image = pictures.picture(name)
                grid = dense_grid(encoder, image, factor)
                truth = encoder.truth(resize_to_grid(image, grid, encoder.patch))
                for method, features in dense_maps(encoder, image, factor).items():
                    add(fidelities, column, method, fidelity(features, truth))
                    add(seams, column, method, seam_ratio(features, truth, encoder.side // encoder.patch))
    return fidelities, seams


def measure_held_out(photos: list[Tensor]) -> Table:
    table: Table = {}
    for factor in FACTORS:
        zooms = [factor ** (k / 4) * 1.03 for k in range(4)] + [factor * 0.97]
        for planted in (0.0, PLANTED):
            encoder = MobileNet(14, planted)
            for image in photos:
                views = held_out_views(encoder.without_bias, encoder.side, image, zooms, VIEWS_PER_ZOOM)
                for method, features in dense_maps(encoder, image, factor).items():
                    name = f"{factor}x{' planted' if planted else ''}"
                    add(table, name, method, held_out_error(features, views))
                    add(table, f"{name} inner", method, held_out_error(features, views, RIM))
    return table


def measure_outlines(names: tuple[str, ...], tuning: bool) -> Table:
    table: Table = {}
    seed = pictures.TUNING_SCENES if tuning else pictures.REPORTED_SCENES
    scenes = list(pictures.composites(SCENES, seed, names))
    for blocks, factor in ((14, 2), (14, 4), (7, 2)):
        encoder = MobileNet(blocks)
        gradients: dict[str, list[Tensor]] = {method: [] for method in METHODS}
        for image, _ in scenes:
            for method, features in dense_maps(encoder, image, factor).items():
                gradients[method].append(feature_gradient(features))
        for method, found in gradients.items():
            add(table, f"{factor}x stride {encoder.patch}", method, boundary_score(found, [mask for _, mask in scenes]))
    return table


def add(table: Table, column: str, method: str, figure: float) -> None:
    table.setdefault(column, {}).setdefault(method, []).append(figure)


def show(title: str, table: Table, better: Callable[[float, float], float] | None) -> None:
    """Means over the cases; with `better`, also where ours stands and in how many cases it is the best."""
    print(f"\n{title}")
    print(f"{'':20}" + "".join(f"{column:>24}" for column in table))
    means = {column: {method: mean(each) for method, each in rows.items()} for column, rows in table.items()}
    for method in METHODS:
        print(f"{method:20}" + "".join(f"{means[column][method]:24.3f}" for column in table))
    if better is None:
        return
    print(f"{'ours / best other':20}" + "".join(f"{_against_others(means[column], better):>24}" for column in table))
    gain = [f"{means[column][OURS] / means[column][OURS_BIASED]:24.2f}" for column in table]
    print(f"{'ours / no de-bias':20}" + "".join(gain))


def _against_others(means: dict[str, float], better: Callable[[float, float], float]) -> str:
    name, figure = best_of_others(means, better)
    return f"{means[OURS] / figure:.2f} ({name})"


if __name__ == "__main__":
    main()
