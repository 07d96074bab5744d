"""The one way through: a node's work on a batch, chunk by chunk on the compute device.

`map_frames` is for work that gives tensors, `each_frame` for work that gives one record a frame. Both take chunks that
fit the device's memory, halve them when it is full, show progress and look for interruptions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any, TypeVar

import comfy.model_management as mm
import comfy.utils
import torch
from torch import Tensor

from ...softfocus.checkpoint import checked_by
from .batch import Batch
from .frames import Frames
from .layouts import finite_, like_source
from .memory import chunk_length, intermediate_dtype, is_out_of_memory

Record = TypeVar("Record")
FrameOp = Callable[[Frames], Sequence[Tensor]]
STEPS = 100  # of a part whose frames are not counted


def map_frames(
    op: FrameOp, batch: Batch, *, outputs: Sequence[str], floats_per_pixel: int, part: tuple[int, int] = (0, 1)
) -> list[Tensor]:
    """Run `op` over all frames and collect the tensors that it makes.

    Args:
        op: takes Frames, returns one [B, 3 or 1, H, W] tensor for each entry of `outputs`.
        batch: from `Batch.of`; without frames, `op` never runs.
        outputs: "image" (alpha and the channel count of the input are restored), "picture" (always
            RGB, without alpha), "mask", or "first mask" (of the first frame only).
        floats_per_pixel: float32 values per pixel that op holds at its peak, to size the chunks.
        part: which one this is of how many runs over the frames, for the progress shown.

    Returns:
        ComfyUI tensors on the intermediate device and dtype: [B, H, W, C] and [B, H, W].
    """
    results = [_empty(kind, batch) for kind in outputs]

    def keep(frames: Frames, values: Sequence[Tensor]) -> None:
        chunk = slice(frames.first, frames.first + len(frames))
        for kind, result, value in zip(outputs, results, values, strict=True):
            if kind == "image":
                result[chunk] = like_source(_storable(frames.restored(value)), batch.image[chunk])
            elif kind == "picture":
                result[chunk] = _storable(value).movedim(1, -1)
            elif kind == "mask":
                result[chunk] = value[:, 0]
            elif frames.first == 0:
                result[:] = value[:1, 0]

    _in_chunks(op, keep, batch, floats_per_pixel, part)
    return results


def each_frame(
    op: Callable[[Frames], Sequence[Record]], batch: Batch, *, floats_per_pixel: int, part: tuple[int, int] = (0, 1)
) -> list[Record]:
    """Run `op` over all frames and collect the records that it makes, one a frame; arguments as for `map_frames`."""
    records: dict[int, Record] = {}  # by frame: a chunk that runs again replaces what it gave before

    def keep(frames: Frames, found: Sequence[Record]) -> None:
        records.update(enumerate(found, frames.first))

    _in_chunks(op, keep, batch, floats_per_pixel, part)
    return [records[index] for index in range(len(batch))]


def progress_of(part: tuple[int, int]) -> Callable[[float], None]:
    """Shows what share, 0..1, of a node's part is done that goes over no chunks; `part` as for `map_frames`."""
    progress = comfy.utils.ProgressBar(STEPS * part[1])
    return lambda share: progress.update_absolute(round(STEPS * (part[0] + share)))


def _in_chunks(
    op: Callable[[Frames], Any],
    keep: Callable[[Frames, Any], None],
    batch: Batch,
    floats_per_pixel: int,
    part: tuple[int, int],
) -> None:
    """Call `op` on one chunk after the other, and `keep` with the chunk and what came out."""
    count, device = len(batch), mm.get_torch_device()
    chunk = chunk_length(count, batch.size[0] * batch.size[1] * floats_per_pixel * 4, device)
    progress = comfy.utils.ProgressBar(part[1] * count)
    first = 0
    while first < count:
        mm.throw_exception_if_processing_interrupted()
        stop = min(first + chunk, count)
        full = False
        try:
            # In a function of its own, so that nothing of this chunk is held while the next one is worked on.
            _run(op, keep, batch.frames(first, stop, device))
        except Exception as error:
            if chunk == 1 or not is_out_of_memory(error):
                raise
            full = True
        if full:  # outside of the handler, whose traceback holds the chunk's tensors
            chunk //= 2
            mm.soft_empty_cache()
            continue
        first = stop
        progress.update_absolute(part[0] * count + first)


def _run(op: Callable[[Frames], Any], keep: Callable[[Frames, Any], None], frames: Frames) -> None:
    with checked_by(mm.throw_exception_if_processing_interrupted):  # a large frame may take long
        keep(frames, op(frames))


def _empty(kind: str, batch: Batch) -> Tensor:
    count, height, width, channels = batch.image.shape
    shape = {
        "image": (count, height, width, channels),
        "picture": (count, height, width, 3),
        "mask": (count, height, width),
        "first mask": (min(count, 1), height, width),
    }[kind]
    return torch.empty(shape, dtype=intermediate_dtype(), device=mm.intermediate_device())


def _storable(value: Tensor) -> Tensor:
    """What a host in half precision can hold too: what was added to the brightest light may be too much for it."""
    return finite_(value.clone()) if intermediate_dtype() == torch.float16 else value
