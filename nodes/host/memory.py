"""How much of the device's memory a node takes, and how to tell that it is full."""

from __future__ import annotations

import comfy.model_management as mm
import torch

MAX_CHUNK_BYTES = 1 << 28  # more frames at once would be no faster, only harder on other programs
FREE_MEMORY_SHARE = 0.5  # of what the device has free, so that a neighbour's estimate may be off


def chunk_length(count: int, bytes_per_frame: int, device: torch.device) -> int:
    """Frames per chunk within the memory budget, at least one; asks other models to make room."""
    wanted = min(max(count, 1) * bytes_per_frame, MAX_CHUNK_BYTES)
    mm.free_memory(wanted / FREE_MEMORY_SHARE, device)
    budget = min(MAX_CHUNK_BYTES, FREE_MEMORY_SHARE * mm.get_free_memory(device))
    return max(1, min(count, int(budget // max(bytes_per_frame, 1))))


def intermediate_dtype() -> torch.dtype:
    """The dtype that this host wants between nodes: float16 with --fp16-intermediates, else float32."""
    dtype_of_host = getattr(mm, "intermediate_dtype", None)  # since 0.18
    return dtype_of_host() if dtype_of_host else torch.float32


def is_out_of_memory(error: Exception) -> bool:
    """Whether the error means that the device's memory is full; an interruption never does."""
    if isinstance(error, mm.InterruptProcessingException):
        return False
    is_oom = getattr(mm, "is_oom", None)  # newer than 0.3.75
    if is_oom is not None and is_oom(error):
        return True
    # mm.OOM_EXCEPTION is plain Exception where torch has no CUDA: it would call every bug a full memory.
    return isinstance(error, torch.cuda.OutOfMemoryError) or "out of memory" in str(error).lower()
