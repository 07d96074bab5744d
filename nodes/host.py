"""The only module that knows ComfyUI's tensors, devices, memory, progress and interruption.

`map_frames` is the one way in and out: it hands the imaging library chunks of frames as
[B, 3, H, W] float32 on the compute device, and gives back ComfyUI tensors on the intermediate
device and dtype. Inputs are never changed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import comfy.model_management as mm
import comfy.utils
import torch
from torch import Tensor

from . import tensors

MAX_CHUNK_BYTES = 1 << 28  # more frames at once would be no faster, only harder on other programs
FREE_MEMORY_SHARE = 0.5  # of what the device has free, so that a neighbour's estimate may be off


@dataclass(frozen=True)
class Frames:
    """A chunk of consecutive frames on the compute device, float32.

    Attributes:
        first: index of the chunk's first frame within the batch.
        rgb: [B, 3, H, W] sRGB, usually 0..1; HDR values above 1 are passed on.
        alpha: [B, 1, H, W] in 0..1, or None for a picture without alpha.
        masks: [B, 1, H, W] in 0..1, or None where the socket is not connected.
        images: [B, 3, H, W] like rgb and of its size, or None where the socket is not connected.
    """

    first: int
    rgb: Tensor
    alpha: Tensor | None
    masks: Mapping[str, Tensor | None]
    images: Mapping[str, Tensor | None]


FrameOp = Callable[[Frames], Sequence[Tensor]]


def map_frames(
    op: FrameOp,
    image: Tensor,
    *,
    outputs: Sequence[str],
    floats_per_pixel: int,
    masks: Mapping[str, Tensor | None] | None = None,
    images: Mapping[str, Tensor | None] | None = None,
    part: tuple[int, int] = (0, 1),
) -> list[Tensor]:
    """Run `op` over all frames of an IMAGE in chunks that fit the device's memory.

    Args:
        op: takes Frames, returns one [B, 3 or 1, H, W] tensor for each entry of `outputs`.
        image: IMAGE [B, H, W, C], C = 1, 3 or 4.
        outputs: "image" (alpha and the channel count of the input are restored), "picture" (always
            RGB, without alpha) or "mask".
        floats_per_pixel: float32 values per pixel that op holds at its peak, to size the chunks.
        masks, images: further inputs by their names, fitted to the image's size and frame count.
        part: which one this is of how many runs over the frames, for the progress shown.

    Returns:
        ComfyUI tensors on the intermediate device and dtype: [B, H, W, C] and [B, H, W].
    """
    tensors.check_image(image, "image")
    count, height, width, channels = image.shape
    fit_masks = {name: tensors.fit_mask(mask, image, name) for name, mask in (masks or {}).items()}
    fit_images = {name: tensors.fit_image(other, image, name) for name, other in (images or {}).items()}
    results = [_empty(kind, count, height, width, channels) for kind in outputs]
    device = mm.get_torch_device()
    chunk = _chunk_length(count, height * width * floats_per_pixel * 4, device)
    progress = comfy.utils.ProgressBar(part[1] * count)
    first = 0
    while first < count:
        mm.throw_exception_if_processing_interrupted()
        stop = min(first + chunk, count)
        try:
            # In a function of its own, so that nothing of this chunk is held while the next one is worked on.
            _run(op, _load(image, fit_masks, fit_images, first, stop, device), outputs, results, image[first:stop])
        except Exception as error:
            if chunk == 1 or not _is_out_of_memory(error):
                raise
            chunk //= 2
            mm.soft_empty_cache()
            continue
        first = stop
        progress.update_absolute(part[0] * count + first)
    return results


def _run(op: FrameOp, frames: Frames, kinds: Sequence[str], results: Sequence[Tensor], source: Tensor) -> None:
    """Work on one chunk and write what comes out into `results`, beside the chunks before it."""
    chunk = slice(frames.first, frames.first + len(source))
    for kind, result, value in zip(kinds, results, op(frames), strict=True):
        result[chunk] = _restore(kind, value, source)


def _chunk_length(count: int, bytes_per_frame: int, device: torch.device) -> int:
    """Frames per chunk within the memory budget, at least one; asks other models to make room."""
    wanted = min(max(count, 1) * bytes_per_frame, MAX_CHUNK_BYTES)
    mm.free_memory(wanted / FREE_MEMORY_SHARE, device)
    budget = min(MAX_CHUNK_BYTES, FREE_MEMORY_SHARE * mm.get_free_memory(device))
    return max(1, min(count, int(budget // max(bytes_per_frame, 1))))


def _load(
    image: Tensor,
    masks: Mapping[str, Tensor | None],
    images: Mapping[str, Tensor | None],
    first: int,
    stop: int,
    device: torch.device,
) -> Frames:
    """Move frames first..stop to the device; every tensor that has one frame serves all of them."""
    size = (image.shape[1], image.shape[2])
    rgb, alpha = tensors.to_planes(image[first:stop].to(device))
    return Frames(
        first,
        rgb,
        alpha,
        {name: tensors.mask_planes(mask, first, stop, size, device) for name, mask in masks.items()},
        {name: tensors.image_planes(other, first, stop, size, device) for name, other in images.items()},
    )


def _empty(kind: str, count: int, height: int, width: int, channels: int) -> Tensor:
    shape = {
        "image": (count, height, width, channels),
        "picture": (count, height, width, 3),
        "mask": (count, height, width),
    }[kind]
    return torch.empty(shape, dtype=intermediate_dtype(), device=mm.intermediate_device())


def _restore(kind: str, value: Tensor, source: Tensor) -> Tensor:
    """From [B, C, H, W] to the layout of `kind`, with the source's channels for "image"."""
    if kind == "mask":
        return value[:, 0]
    return tensors.like_source(value, source) if kind == "image" else value.movedim(1, -1)


def intermediate_dtype() -> torch.dtype:
    """The dtype that this host wants between nodes: float16 with --fp16-intermediates, else float32."""
    asked = getattr(mm, "intermediate_dtype", None)  # since 0.18
    return asked() if asked else torch.float32


def _is_out_of_memory(error: Exception) -> bool:
    """Whether the error means that the device's memory is full; an interruption never does."""
    if isinstance(error, mm.InterruptProcessingException):
        return False
    asked = getattr(mm, "is_oom", None)  # newer than 0.3.75
    if asked is not None and asked(error):
        return True
    # mm.OOM_EXCEPTION is plain Exception where torch has no CUDA: it would call every bug a full memory.
    return isinstance(error, torch.cuda.OutOfMemoryError) or "out of memory" in str(error).lower()
