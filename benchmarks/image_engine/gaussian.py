"""gaussian_blur against other libraries and GEGL: time by size, sigma and frames; error against float64."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import lru_cache, partial

import numpy as np
import scipy.ndimage
import torch
from torch import Tensor

from benchmarks.image_engine import gegl
from benchmarks.image_engine.gaussians import LIBRARIES, methods
from benchmarks.image_engine.pictures import noise, photo
from benchmarks.rows import Check, Row, ratio, values
from benchmarks.timing import side_by_side
from softfocus.filters.gaussian import gaussian_blur

SIGMAS = (1, 2, 4, 8, 16, 32, 64, 128, 256)
FEW_SIGMAS = (1, 4, 16, 64)
WIDE_SIGMAS = (8, 16, 32, 64, 128, 256)
CASES = ((512, 1, SIGMAS), (512, 4, FEW_SIGMAS), (1024, 1, SIGMAS), (2048, 1, SIGMAS), (4096, 1, (2, 16, 128)))
GEGL_SIGMAS = {(2048, 1), (2048, 4), (2048, 16), (2048, 64)}
TOO_SLOW_MS = 3000  # a method is left out where its last time, grown with sigma, is longer than this
GROWTH = {"torchvision": 2}  # powers of sigma other than 1: its kernel is two-dimensional
REFERENCE_ROWS = 256

Case = tuple[int, int, Sequence[int]]  # side in pixels, frames, sigmas in pixels


def table(cases: Sequence[Case] = CASES, gegl_sigmas: set[tuple[int, int]] = GEGL_SIGMAS) -> Iterator[Row]:
    """Milliseconds per call, ratios, and our largest error in 1/255 on noise and on a photograph."""
    for case in cases:
        yield from _rows(*case, gegl_sigmas)


def _rows(size: int, frames: int, sigmas: Sequence[int], gegl_sigmas: set[tuple[int, int]]) -> Iterator[Row]:
    image = photo(size).expand(frames, -1, -1, -1).contiguous()
    wanted = {sigma for side, sigma in gegl_sigmas if side == size and frames == 1}
    graph = gegl.Graph(image) if wanted and gegl.available() else None
    slow: set[str] = set()
    for sigma, following in zip(sigmas, (*sigmas[1:], sigmas[-1]), strict=True):
        times = side_by_side({name: work for name, work in methods(image, sigma).items() if name not in slow})
        slow |= {
            name for name in LIBRARIES if times.get(name, 0) * (following / sigma) ** GROWTH.get(name, 1) > TOO_SLOW_MS
        }
        theirs: dict[str, float | None] = {name: times.get(name) for name in LIBRARIES}
        theirs["gegl"] = _gegl_ms(graph, sigma) if graph is not None and sigma in wanted else None
        row: Row = {"size": size, "frames": frames, "sigma": sigma, "ours": times["ours"], **theirs}
        row |= {f"ours/{name}": ratio(times["ours"], taken) for name, taken in theirs.items()}
        yield {**row, "error": max(error(photo(size), sigma), error(noise(size), sigma))}


def by_sigma(size: int = 2048, sigmas: Sequence[int] = WIDE_SIGMAS) -> list[Row]:
    """Milliseconds of ours, all sigmas side by side: measured apart, they would differ by how memory happens to lie."""
    image = photo(size)
    times = side_by_side({str(sigma): partial(gaussian_blur, image, sigma) for sigma in sigmas})
    return [{"size": size, "sigma": sigma, "ours": times[str(sigma)]} for sigma in sigmas]


def _gegl_ms(graph: gegl.Graph, sigma: int) -> float | None:
    return graph.milliseconds("gegl:gaussian-blur", f"std-dev-x={sigma}", f"std-dev-y={sigma}")


def checks(rows: Sequence[Row], wide_rows: Sequence[Row], size: int = 2048) -> list[Check]:
    """The limits on `table`, taken at `size`, and on `by_sigma`."""
    wide = values(rows, "ours/cv2", lambda row: row["size"] == size and int(row["sigma"] or 0) >= 16)
    narrow = values(rows, "ours/cv2", lambda row: row["size"] == size and int(row["sigma"] or 0) < 16)
    ours = {row["sigma"]: float(row["ours"] or 0) for row in wide_rows}
    return [
        Check(f"gaussian: ours/cv2 from sigma 16 on, worst, {size} px", max(wide), 1),
        Check(f"gaussian: ours/cv2 below sigma 16, worst, {size} px", max(narrow), 3),
        Check(f"gaussian: sigma 128 / sigma 8, {wide_rows[0]['size']} px", ours[128] / ours[8], 1.3),
        Check("gaussian: largest error in 1/255", max(values(rows, "error")), 0.1),
    ]


def error(image: Tensor, sigma: float) -> float:
    """Largest difference from the float64 convolution in 1/255, on REFERENCE_ROWS rows from border to border."""
    size = image.shape[-1]
    rows = torch.linspace(0, size - 1, min(size, REFERENCE_ROWS)).long()
    matrix = _filter_matrix(size, sigma)
    exact = matrix[rows] @ image.double() @ matrix.T
    return 255 * float((gaussian_blur(image, sigma)[..., rows, :].double() - exact).abs().max())


@lru_cache(maxsize=1)
def _filter_matrix(size: int, sigma: float) -> Tensor:
    """[size, size]: scipy's float64 filter, truncated at 6 sigma, applied to every unit impulse."""
    impulses = np.eye(size)
    return torch.from_numpy(scipy.ndimage.gaussian_filter1d(impulses, sigma, axis=0, truncate=6, mode="reflect"))
