"""Points smoothed over time without lag: a penalised least-squares fit that looks both ways.

    sum_t w_t |y_t - x_t|^2  +  PATH * sum_t |y_t+1 - 2 y_t + y_t-1|^2                   without known motion
    sum_t w_t |y_t - x_t|^2  +  MOTION * sum_t c_t |y_t+1 - y_t - d_t|^2                 with it

x are the points found, d how far the picture moved under them, c how far that is to be believed. The first form is
Whittaker's graduation (1923; Eilers 2003, "A Perfect Smoother"); it passes constant velocity exactly. The second takes
the quick part of the motion from the picture, and so removes jitter that no filter can tell from a moving head.
Both fill gaps (w_t = 0, nearly), and the ends need no special case. Weights against single bad frames as in LOWESS
(Cleveland 1979).
"""

from __future__ import annotations

from dataclasses import dataclass

import torch
from torch import Tensor

PATH = 2.0  # keeps half the amplitude of what repeats every 7 frames, 1/33 of what alternates
MOTION = 25.0  # the fit follows the faces found within about 5 frames
PASSES = 4
OUTLIER = 6.0  # medians of the residual, beyond which a frame counts for nothing
STEADY = 0.01  # least value of that median, in face widths: a pan that starts at once is no outlier
UNSEEN = 1e-4  # weight of a frame without a sighting: enough for the straight line where nothing else is known
JUMP = 0.12  # face widths by which the landmarks are off after a cut


@dataclass(frozen=True)
class Motion:
    """How the picture moves under N points, between F frames: step [F - 1, N, 2] in pixels, trust [F - 1] in 0..1."""

    step: Tensor
    trust: Tensor


def smooth_points(points: Tensor, seen: Tensor, width: float, motion: Motion | None = None) -> Tensor:
    """Points [F, N, 2] in pixels of F consecutive frames, smoothed; frames that are not `seen` are filled.

    Args:
        points: as found; the values of unseen frames are ignored.
        seen: [F] bool; the first and the last frame are seen.
        width: of the face, in pixels; what counts as an outlier is measured by it.
        motion: of the picture; without it, constant velocity is what is smooth.

    Nothing is smoothed across a jump (see `jumps`). Float64 inside, the dtype of `points` outside.
    """
    points = between(points, seen)
    result = points.clone()
    starts = [0, *jumps(points, seen, width), len(points)]
    for start, stop in zip(starts, starts[1:], strict=False):
        part = slice(start, stop)
        moved = None if motion is None else Motion(motion.step[start : stop - 1], motion.trust[start : stop - 1])
        result[part] = _smooth(points[part].double(), seen[part].double(), width, moved).to(points.dtype)
    return result


def between(points: Tensor, seen: Tensor) -> Tensor:
    """Points [F, N, 2] with those of unseen frames on the straight line between their neighbours."""
    result = points.clone()
    frames = seen.nonzero()[:, 0].tolist()
    for start, stop in zip(frames, frames[1:], strict=False):
        for index in range(start + 1, stop):
            result[index] = torch.lerp(points[start], points[stop], (index - start) / (stop - start))
    return result


def jumps(points: Tensor, seen: Tensor, width: float) -> list[int]:
    """Frames with which points [F, N, 2] are suddenly elsewhere, and stay there: a cut between similar pictures.

    Both frames after it miss the line through the two frames before, and the other way round, by `JUMP` face widths
    or more on average over the points. A single bad frame is no jump, nor is the sudden start of a pan by up to
    `JUMP` face widths a frame, nor a step that happens while the face is not `seen` [F].
    """
    frames = seen.nonzero()[:, 0].tolist()
    found = []
    for a, b, c, d in zip(frames, frames[1:], frames[2:], frames[3:], strict=False):
        before, after = (points[b] - points[a]) / (b - a), (points[d] - points[c]) / (d - c)
        misses = (
            points[c] - points[b] - before * (c - b),
            points[d] - points[b] - before * (d - b),
            points[b] - points[c] + after * (c - b),
            points[a] - points[c] + after * (c - a),
        )
        if c - b == 1 and min(miss.norm(dim=-1).mean().item() for miss in misses) >= JUMP * width:
            found.append(c)
    return found


def _smooth(points: Tensor, seen: Tensor, width: float, motion: Motion | None) -> Tensor:
    """The fit, with weights that leave out frames far from it."""
    weights = seen.clamp_min(UNSEEN)
    fitted = points
    for _ in range(PASSES):
        fitted = _fit(points, weights, motion)
        residual = (points - fitted).norm(dim=-1).mean(-1)
        usual = residual[seen > 0].median().item() if bool(seen.any()) else 0.0
        share = residual / (OUTLIER * max(usual, STEADY * width, 1e-9))
        weights = (seen * (1 - share**2).clamp_min(0) ** 2).clamp_min(UNSEEN)
    return fitted


def _fit(points: Tensor, weights: Tensor, motion: Motion | None) -> Tensor:
    """Solve the banded normal equations for all points at once."""
    from scipy.linalg import solveh_banded  # comes with ComfyUI

    count = len(points)
    right = weights[:, None] * points.flatten(1)
    order, strength = 2, torch.full((max(count - 2, 0),), PATH, dtype=torch.float64)
    if motion is not None:
        order, strength = 1, MOTION * motion.trust.double()
        pull = strength[:, None] * motion.step.double().flatten(1)
        right[1:] += pull
        right[:-1] -= pull
    if count <= order:
        return points
    bands = _penalty(strength, order, count)
    bands[order] += weights
    return torch.from_numpy(solveh_banded(bands.numpy(), right.numpy())).view_as(points)


def _penalty(strength: Tensor, order: int, count: int) -> Tensor:
    """Upper bands [order + 1, count], as LAPACK stores them, of D^T diag(strength) D; D: differences of that order."""
    kernel = (-1.0, 1.0) if order == 1 else (1.0, -2.0, 1.0)
    bands = torch.zeros(order + 1, count, dtype=torch.float64)
    for apart in range(order + 1):
        for row in range(order + 1 - apart):
            column = row + apart
            bands[order - apart, column : column + len(strength)] += strength * (kernel[row] * kernel[column])
    return bands
