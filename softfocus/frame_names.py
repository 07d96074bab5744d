"""How the nodes' texts name frames of a batch."""

from __future__ import annotations

from collections.abc import Sequence

LISTED_FRAMES = 12


def name_frames(numbers: Sequence[int]) -> str:
    """Such as "frame 3" or "frames 1, 2, 5"; after the first dozen "and more"."""
    listed = ", ".join(map(str, numbers[:LISTED_FRAMES])) + (" and more" if len(numbers) > LISTED_FRAMES else "")
    return f"{'frame' if len(numbers) == 1 else 'frames'} {listed}"
