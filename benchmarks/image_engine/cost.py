"""How the cost of the nodes grows: with pixels, with the width of the blur, with frames."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.image_engine.pictures import as_image, photo
from benchmarks.rows import Row
from benchmarks.timing import side_by_side
from testing.host_nodes import BLOOM, BLUR, NODE_IDS, SHARPEN, call

SIZES = (512, 1024, 2048, 4096)
PERCENTS = (0.05, 0.15, 0.5, 1.5, 5.0)
SIGMA_SIZE, FRAMES_SIZE = 1024, 512
FRAMES = (1, 4, 16)
ROUNDS = 3


def by_pixels(sizes: Sequence[int] = SIZES) -> list[Row]:
    """Microseconds a pixel at the defaults."""
    rows: list[Row] = []
    for size in sizes:
        image = as_image(photo(size))
        works = {node_id: lambda node_id=node_id, image=image: call(node_id, image=image) for node_id in NODE_IDS}
        times = side_by_side(works, ROUNDS)
        rows.append({"size": size, **{f"{name} us": 1000 * taken / size**2 for name, taken in times.items()}})
    return rows


def by_width(size: int = SIGMA_SIZE, percents: Sequence[float] = PERCENTS) -> list[Row]:
    """Milliseconds; blur and bloom at this sigma, Feature Sharpen at this radius up to its largest, 2."""
    image = as_image(photo(size))
    rows: list[Row] = []
    for percent in percents:
        works = {
            BLUR: lambda percent=percent: call(BLUR, image=image, sigma=percent),
            BLOOM: lambda percent=percent: call(BLOOM, image=image, radius=percent),
        }
        if percent <= 2:
            works[SHARPEN] = lambda percent=percent: call(SHARPEN, image=image, radius=percent)
        times = side_by_side(works, ROUNDS)
        rows.append({"size": size, "% of diagonal": percent, **{f"{name} ms": times.get(name) for name in NODE_IDS}})
    return rows


def by_frames(size: int = FRAMES_SIZE, frames: Sequence[int] = FRAMES) -> list[Row]:
    """Milliseconds a frame."""
    rows: list[Row] = []
    for count in frames:
        image = as_image(photo(size)).expand(count, -1, -1, -1).contiguous()
        works = {node_id: lambda node_id=node_id, image=image: call(node_id, image=image) for node_id in NODE_IDS}
        times = side_by_side(works, ROUNDS)
        rows.append({"size": size, "frames": count, **{f"{name} ms": taken / count for name, taken in times.items()}})
    return rows
