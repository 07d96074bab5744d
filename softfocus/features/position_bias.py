"""What an encoder adds to its features because of where they lie in its input, estimated from one picture.

An encoder with learned positions, or with zeros around its input, adds nearly the same pattern to
every map. FeatSharp (2025) learns that pattern from many pictures. Here the model is

    map_i(p) = bias(p) + content(corner_i + p) + noise,   all three random with mean zero,

as in the self-calibration of sky surveys. Two views that overlap see the same content at different
positions, so their difference holds bias alone; where nothing overlaps, the mean over many contents
tells something too, the less the more content varies. Henderson's mixed model equations (1975) weigh
both kinds of evidence: with the content eliminated they are (A + noise / bias variance) bias = r, with
A symmetric, solved by conjugate gradients. The variances come from the same picture by the method of
moments, so that the estimate shrinks to nothing where it would be noise.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

import torch
from torch import Tensor

from .views import Views, mean_of_views, parts_of, taper

STEPS = 20  # of conjugate gradients
PROBES = 64  # random signs for the trace of A A
LEAST_VARIANCE = 1e-6  # of the maps' own
LEAST_CONTENT = 0.1  # the same for the content: a picture always has some
TINY = 1e-20


def position_bias(view_sets: Sequence[Views]) -> Tensor:
    """The part of all maps that belongs to the position within a view.

    Args:
        view_sets: of one picture, each on a grid of its own (each zoom has a content of its own), with
            maps [C, cells, cells] from one encoder.

    Returns:
        [C, cells, cells], mean zero in every channel, since the encoder's mean cannot be told from the
        picture's. Zero where no two views overlap: a single view says nothing about its own bias.
    """
    sets = [_centred(views) for views in view_sets]
    maps = [each for views in sets for each in views.maps]
    weight = taper(maps[0].shape[-1], maps[0]).sqrt()  # at its border a view lacks surroundings: more noise
    weight = weight / weight.mean()
    bias, cells = torch.zeros_like(maps[0]), weight.numel()
    surplus = len(maps) * cells - sum(views.grid.rows * views.grid.columns for views in sets)
    if surplus <= 0:
        return bias
    variance = max(sum(float(each.square().mean()) for each in maps) / len(maps), TINY)
    trace, trace_of_square = _traces(sets, weight)
    evidence = _energy(_evidence(sets, weight))
    freedoms = (surplus, max(surplus - cells, surplus / 10))  # at first, noise holds what the bias explains
    for freedom in freedoms:
        noise = _disagreement(sets, bias, weight) / freedom
        spread = max((evidence - noise * trace) / trace_of_square, LEAST_VARIANCE * variance)
        content = max(variance - spread - noise, LEAST_CONTENT * variance)
        bias = _solve(sets, weight, noise / content, noise / spread)
    return bias - bias.mean((-1, -2), keepdim=True)


def _centred(views: Views) -> Views:
    mean = torch.stack([each.mean((-1, -2)) for each in views.maps]).mean(0)[:, None, None]
    return views._replace(maps=[each - mean for each in views.maps])


def _evidence(sets: Sequence[Views], weight: Tensor, content_rest: float = 0.0) -> Tensor:
    """Sum over the views of weight times what their content, estimated from all of them, leaves unexplained."""
    left = torch.zeros_like(sets[0].maps[0])
    for views in sets:
        content = mean_of_views(views, weight, content_rest)
        for values, explained in zip(views.maps, parts_of(content, views, len(weight)), strict=True):
            left += values - explained
    return left.mul_(weight)


def _disagreement(sets: Sequence[Views], bias: Tensor, weight: Tensor) -> float:
    """Weighted sum of squares, averaged over channels, of what neither bias nor content explains."""
    total = 0.0
    for views in sets:
        rest = views._replace(maps=[each - bias for each in views.maps])
        content = mean_of_views(rest, weight)
        for values, explained in zip(rest.maps, parts_of(content, rest, len(weight)), strict=True):
            total += float(((values - explained).square() * weight).sum()) / len(values)
    return total


def _operator(sets: Sequence[Views], weight: Tensor, content_rest: float) -> Callable[[Tensor], Tensor]:
    """The matrix A: the evidence that a bias alone would leave."""

    def apply(bias: Tensor) -> Tensor:
        return _evidence([views._replace(maps=[bias] * len(views.maps)) for views in sets], weight, content_rest)

    return apply


def _traces(sets: Sequence[Views], weight: Tensor) -> tuple[float, float]:
    """Traces of A and of A A, by Hutchinson's estimator with the same random signs every time."""
    signs = torch.randint(0, 2, (PROBES, *weight.shape), generator=torch.Generator().manual_seed(0))
    probes = (2 * signs - 1).to(weight)
    answers = _operator(sets, weight, 0.0)(probes)
    return float((answers * probes).sum()) / PROBES, _energy(answers)


def _energy(values: Tensor) -> float:
    """Sum of squares, averaged over channels."""
    return float(values.square().sum()) / len(values)


def _solve(sets: Sequence[Views], weight: Tensor, content_rest: float, ridge: float) -> Tensor:
    """(A + ridge) bias = evidence by conjugate gradients, all channels at once."""
    apply = _operator(sets, weight, content_rest)
    rest = _evidence(sets, weight, content_rest)
    bias, direction, energy = torch.zeros_like(rest), rest, rest.square().sum()
    enough = TINY + 1e-12 * float(energy)
    for _ in range(STEPS):
        if float(energy) <= enough:
            break
        answer = apply(direction) + ridge * direction
        step = energy / (direction * answer).sum()
        bias = bias + step * direction
        rest = rest - step * answer
        before, energy = energy, rest.square().sum()
        direction = rest + energy / before * direction
    return bias
