"""Memory that is full in the middle of a node's work."""

from __future__ import annotations

from typing import Any

import pytest
import torch


def fill_memory(work: Any, monkeypatch: pytest.MonkeyPatch, failing: int) -> list[list[int]]:
    """Make memory full at the end of the work on chunk number `failing`, in every run over the frames.

    Args:
        work: the pack's module nodes.host.work; its chunks start with two frames.

    Returns:
        For each run the frames of each chunk that was worked on, filled as they run.
    """
    in_chunks, runs = work._in_chunks, []
    monkeypatch.setattr(work, "chunk_length", lambda count, size, device: 2)

    def failing_chunks(op: Any, *others: Any) -> None:
        lengths: list[int] = []
        runs.append(lengths)

        def once_too_much(frames: Any) -> Any:
            made = op(frames)
            lengths.append(len(frames))
            if len(lengths) - 1 == failing:
                raise torch.cuda.OutOfMemoryError("CUDA out of memory (by the test)")
            return made

        in_chunks(once_too_much, *others)

    monkeypatch.setattr(work, "_in_chunks", failing_chunks)
    return runs
