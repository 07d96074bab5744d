"""How the nodes' texts name frames of a batch."""

from __future__ import annotations

from collections.abc import Sequence

LISTED_FRAMES = 12


def name_frames(numbers: Sequence[int]) -> str:
    """Such as "frame 3" or "frames 1, 2, 5"; after the first dozen "and more"."""
    listed = ", ".join(map(str, numbers[:LISTED_FRAMES])) + (" and more" if len(numbers) > LISTED_FRAMES else "")
    return f"{'frame' if len(numbers) == 1 else 'frames'} {listed}"


def describe_counts(name: str, frames: int, count: int, advice: str) -> str:
    """What an error says of an input with another number of frames than the image has, and what may be the cause."""
    if count == 1 and frames > 1:
        advice += (
            f". A list of pictures comes one by one, each beside the whole batch of {name}: "
            "if image is a list, make it one batch with Rebatch Images"
        )
    return f"{name} has {frames} frames but image has {count}; {advice}"
