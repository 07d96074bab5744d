"""Peak memory of our nodes, and what a long clip costs: memory, progress, interruption.

What a process has freed may serve it again unseen, so every figure comes from a process of its own, this
file run with a node id, frames, height, width, and when to interrupt further runs.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import threading
import time
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import torch

from benchmarks.image_engine.pictures import as_image, face_like_mask, photo
from benchmarks.peak_memory import peak_bytes, restarted_peak_bytes
from benchmarks.rows import Check, Row, values
from testing.host_nodes import BLOOM, BLUR, NODE_IDS, SHARPEN, call, floats_per_pixel, nodes

HEIGHT, WIDTH = 1080, 1920
CLIP_FRAMES, SHORT_CLIP_FRAMES = 240, 48
CLIP_NODES = {BLUR: 1, BLOOM: 2, SHARPEN: 2}  # and the pictures, at most, that each makes of a frame
LARGE = ((2048, 16384), (4320, 7680))  # a panorama and 8K
CLIP_WORTH, LARGE_WORTH = 8, 6  # pictures that a node may hold beside its inputs and outputs
INTERRUPT_AT = (0.07, 0.13, 0.22)  # of the time that the whole clip takes: different moments of a chunk


def memory_table(height: int = HEIGHT, width: int = WIDTH, node_ids: Sequence[str] = NODE_IDS) -> Iterator[Row]:
    """Peak beyond input and outputs for one frame; a frame's worth is three floats a pixel."""
    for node_id in node_ids:
        found = in_fresh_process(node_id, 1, height, width)
        floats = found["peak"] / (4 * height * width)
        row: Row = {"node": node_id, "size": f"{width}x{height}", "MB": found["peak"] / 1e6}
        yield {**row, "frames": floats / 3, "floats/pixel": floats, "declared": floats_per_pixel(node_id)}


def clip_table(frames: int | None = None, height: int = HEIGHT, width: int = WIDTH) -> Iterator[Row]:
    """One frame repeated without copies, so that memory holds the outputs and what the node adds to them."""
    for node_id, pictures_out in CLIP_NODES.items():
        count = frames or _frames_that_fit(pictures_out * 12 * height * width)
        found = in_fresh_process(node_id, count, height, width, INTERRUPT_AT)
        row: Row = {"node": node_id, "frames": count, "seconds": found["seconds"]}
        row |= {"extra, frames": found["peak"] / (12 * height * width), "progress": found["updates"]}
        yield {**row, "interrupt s": found["interrupt"]}


def large_table() -> Iterator[Row]:
    """`memory_table` of pictures that take much of a machine's memory."""
    return (row for size in LARGE for row in memory_table(*size))


def large_checks(rows: Sequence[Row]) -> list[Check]:
    return [
        Check(
            "panorama and 8K: peak memory beyond input and outputs, pictures", max(values(rows, "frames")), LARGE_WORTH
        )
    ]


def clip_checks(rows: Sequence[Row]) -> list[Check]:
    return [
        Check("clip: peak memory beyond input and outputs, frames", max(values(rows, "extra, frames")), CLIP_WORTH),
        Check("clip: slowest answer to an interruption, s", max(values(rows, "interrupt s")), 2),
    ]


def in_fresh_process(
    node_id: str, frames: int, height: int, width: int, interrupt_at: Sequence[float] = ()
) -> dict[str, float]:
    """`measure` in a process of its own."""
    arguments = [node_id, *map(str, (frames, height, width, *interrupt_at))]
    command = [sys.executable, "-m", __spec__.name, *arguments]
    done = subprocess.run(command, capture_output=True, text=True, cwd=Path(__file__).resolve().parents[2])
    if done.returncode != 0:
        raise RuntimeError(done.stderr)
    return json.loads(done.stdout.splitlines()[-1])


def measure(node_id: str, frames: int, height: int, width: int, interrupt_at: Sequence[float]) -> dict[str, float]:
    """Peak bytes beyond input and outputs, seconds, progress updates, slowest answer to an interruption."""
    import comfy.utils  # the host, which `nodes` has put on the path

    call(node_id, image=as_image(photo(256)), **_given(node_id, as_image(photo(256))))
    image = as_image(photo(height, width)).expand(frames, -1, -1, -1)
    given = _given(node_id, image)
    updates: list[int] = []
    comfy.utils.set_progress_bar_global_hook(lambda value, *_, **__: updates.append(value))
    before, start = restarted_peak_bytes(), time.perf_counter()
    made = call(node_id, image=image, **given)
    taken = time.perf_counter() - start
    peak = peak_bytes() - before - sum(value.nbytes for value in made if isinstance(value, torch.Tensor))
    seen = len(updates)
    del made
    answers = [answer_time(node_id, {"image": image, **given}, share * taken) for share in interrupt_at]
    return {"peak": peak, "seconds": taken, "updates": seen, "interrupt": max(answers, default=0.0)}


def _given(node_id: str, image: torch.Tensor) -> dict[str, Any]:
    """What the node is given beside its picture in the shipped workflow: a face of a portrait's size."""
    height, width = image.shape[1:3]
    box = {"x": 0.3 * width, "y": 0.25 * height, "width": 0.4 * width, "height": 0.5 * height}
    mask = face_like_mask(height, width)
    sockets = {BLUR: {"protect_mask": mask}, SHARPEN: {"detail_source": image, "mask": mask}}
    return {"bboxes": [[box]] * len(image), **sockets.get(node_id, {})}


def answer_time(node_id: str, inputs: Mapping[str, Any], delay_s: float) -> float:
    """Seconds from the wish to stop until the node has stopped."""
    import comfy.model_management as mm

    asked: list[float] = []

    def interrupt() -> None:
        asked.append(time.perf_counter())
        mm.interrupt_current_processing()

    threading.Timer(delay_s, interrupt).start()
    try:
        call(node_id, **inputs)
    except mm.InterruptProcessingException:
        return time.perf_counter() - asked[0]
    raise RuntimeError(f"{node_id} was done before it was interrupted")


def _frames_that_fit(bytes_per_frame: int) -> int:
    """The long clip, or the short one where memory is scarce."""
    found = re.search(r"MemAvailable:\s+(\d+)", Path("/proc/meminfo").read_text())
    available = int(found[1]) * 1024 if found else 0
    return CLIP_FRAMES if 1.3 * CLIP_FRAMES * bytes_per_frame < available else SHORT_CLIP_FRAMES


if __name__ == "__main__":
    torch.set_num_threads(2)
    nodes()
    frames, height, width = map(int, sys.argv[2:5])
    print(json.dumps(measure(sys.argv[1], frames, height, width, [float(share) for share in sys.argv[5:]])))
