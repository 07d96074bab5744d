"""Every drawn portrait and rough mask of the matting table, and the errors of every method on it."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import Any

import torch
from torch import Tensor

from benchmarks.matting.methods import METHODS, ours
from testing.matting.backgrounds import BACKGROUNDS
from testing.matting.metrics import all_errors, sad
from testing.matting.strands import false_hair, middle_error, strand_recall
from testing.matting.truth import MASK_KINDS, STRAND_HAIR, Scene, make_scene, rough_mask

SOLID_SEEDS = 2  # opaque hair and bald heads vary less: the first two seeds only
ADDED_BACKGROUNDS = ("smooth", "busy")
ADDED = {"motion blur": "fine", "holes": "fine", "JPEG": "fine", "plain": "fur"}  # variant: hair; on SOLID_SEEDS seeds


@dataclass(frozen=True)
class Job:
    """One scene, every kind of mask on it; order: its place among the seeds of its kind."""

    background: str
    hair: str
    seed: int
    order: int
    masks: tuple[str, ...]
    variant: str = "plain"
    alone: bool = False

    @property
    def group(self) -> str:
        if self.variant != "plain":
            return self.variant
        return "strands" if self.hair in STRAND_HAIR else self.hair

    def methods(self, mask_kind: str) -> list[str]:
        """Beside ours: closed-form everywhere, the rest on the first scenes, there KNN on one kind of mask.

        Alone: the rough mask.
        """
        if self.alone:
            return ["rough mask"]
        if self.order >= (2 if self.group == "strands" else 1):
            return ["rough mask", "closed-form"]
        place = BACKGROUNDS.index(self.background)
        with_knn = self.order == 0 and mask_kind == self.masks[place % len(self.masks)]
        return [name for name in METHODS if name != "KNN" or with_knn]


@dataclass(frozen=True)
class Figures:
    """One method on one scene and mask. Errors over the picture, sad_band over the band, outside over the rest;

    recall, false_hair and middle as `testing.matting.strands` says, nan where there is no such pixel.
    """

    job: Job
    mask: str
    method: str
    seconds: float
    sad: float
    sad_band: float
    outside: float
    mse: float
    grad: float
    conn: float
    recall: float
    false_hair: float
    middle: float

    @property
    def case(self) -> tuple[Job, str]:
        return self.job, self.mask


def jobs(seeds: tuple[int, ...], fresh: tuple[int, ...], quick: bool) -> Iterator[Job]:
    """Old scenes of `seeds`, those that were added later of `fresh`."""
    masks = MASK_KINDS[:2] if quick else MASK_KINDS
    for background in BACKGROUNDS:
        for order, seed in enumerate(seeds[: 1 if quick else None]):
            yield Job(background, STRAND_HAIR[order % 3], seed, order, masks)
            if order < SOLID_SEEDS:
                yield Job(background, "opaque", seed, order, masks)
                yield Job(background, "bald", seed, order, masks)
    for background in ADDED_BACKGROUNDS:
        for order, seed in enumerate(fresh[: 1 if quick else None]):
            yield Job(background, "sparse", seed, order, masks)
            if order < SOLID_SEEDS:
                yield from (Job(background, hair, seed, order, masks, variant) for variant, hair in ADDED.items())


def measure(job: Job) -> list[Figures]:
    scene = make_scene(job.seed, job.background, job.hair, variant=job.variant)
    results = []
    for kind in job.masks:
        mask = rough_mask(scene.alpha, kind, job.seed)
        (alpha, band), seconds = timed(ours, scene.image, mask)
        results.append(Figures(job, kind, "ours", seconds, **errors(alpha, scene, band)))
        for name in job.methods(kind):
            alpha, seconds = timed(METHODS[name], scene.image, mask, band)
            results.append(Figures(job, kind, name, seconds, **errors(alpha, scene, band)))
    return results


def timed(work: Callable, *inputs: Tensor) -> tuple[Any, float]:
    start = time.perf_counter()
    return work(*inputs), time.perf_counter() - start


def errors(alpha: Tensor, scene: Scene, band: Tensor) -> dict[str, float]:
    truth = scene.alpha
    return {
        **all_errors(alpha, truth),
        "sad_band": float(sad(alpha, truth, band)),
        "outside": float(sad(alpha, truth, 1 - band)),
        "recall": float(strand_recall(alpha, truth, scene.strands, band)),
        "false_hair": float(false_hair(alpha, truth, band)),
        "middle": float(middle_error(alpha, truth, band)),
    }


def run(seeds: tuple[int, ...], fresh: tuple[int, ...], quick: bool = False, alone: bool = False) -> list[Figures]:
    """Every case, in two processes of one thread each."""
    work = sorted((replace(job, alone=alone) for job in jobs(seeds, fresh, quick)), key=lambda job: job.order)
    with ProcessPoolExecutor(2, get_context("spawn"), initializer=torch.set_num_threads, initargs=(1,)) as pool:
        return [figures for each in pool.map(measure, work) for figures in each]
