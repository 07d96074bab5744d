"""What Mask Refine says: which frames it refined, and what left the others as they came."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from torch import Tensor

from ..softfocus.frame_names import name_frames
from .host.batch import Batch

UNCHANGED = "The mask is returned as it came, since band or iterations is 0."


@dataclass(frozen=True)
class Known:
    """What was certain in one frame: any foreground, any background; and whether its unknown part was drawn."""

    drawn: bool
    foreground: bool
    background: bool

    @classmethod
    def of_frames(cls, mask: Tensor, solved: Tensor, unknown: Tensor | None) -> list[Known]:
        """From planes [B, 1, H, W]: the mask, 1 where it is solved, and `unknown_mask`."""
        within = mask >= 0.5
        drawn = mask.new_zeros(mask.shape) if unknown is None else unknown
        sides = (drawn >= 0.5, within & (solved == 0), ~within & (solved == 0))
        return [cls(*each) for each in zip(*(side.flatten(1).any(1).tolist() for side in sides), strict=True)]

    @property
    def both(self) -> bool:
        """Whether there is something to solve from."""
        return self.foreground and self.background


ALL_UNKNOWN = "the mask is returned as it came; paint only the strip where subject and background mix"
ONE_SIDE = "the mask is returned as it came; paint less of it, or give a mask that shows"
NOT_SOLVED = {
    Known(False, False, True): "The mask is empty{}: nothing to refine.",
    Known(False, True, False): "The mask is full{}: nothing to refine.",
    Known(True, False, False): "unknown_mask covers everything{}: " + ALL_UNKNOWN + ".",
    Known(True, False, True): "unknown_mask leaves no certain foreground{}: " + ONE_SIDE + " the subject beside it.",
    Known(True, True, False): "unknown_mask leaves no certain background{}: " + ONE_SIDE + " where the subject ends.",
}


def say(batch: Batch, known: Sequence[Known], band: float, iterations: int, solver: str) -> str:
    """A sentence a line: what refined the masks, the frames that could not be, and the masks without effect."""
    if not known:
        return "The batch has no frames: nothing to refine."
    if all(batch.empty["mask"]):
        needed = "unknown_mask leaves no certain foreground; give a mask of the subject"
        return "The " + batch.empty_note("mask", needed if any(each.drawn for each in known) else "nothing to refine")
    if iterations == 0 or (band == 0 and batch.masks["unknown_mask"] is None):
        return UNCHANGED
    refined = any(each.both and (band > 0 or each.drawn) for each in known)
    lines = [f"Refined with {solver}."] if refined else []
    for kind, sentence in NOT_SOLVED.items():
        if kind in known:
            lines.append(sentence.format(_where([each == kind for each in known])))
    lines += _without_unknown(batch, known, band)
    lines.append(batch.empty_note("other_masks", "nobody else is kept out of the alpha"))
    return "\n".join(filter(None, lines))


def _without_unknown(batch: Batch, known: Sequence[Known], band: float) -> list[str]:
    """The frames whose unknown_mask is connected and yet draws nothing."""
    empty = batch.empty.get("unknown_mask")
    if empty is None:
        return []
    instead = "the band along the mask's edge is solved" if band > 0 else "the mask stays as it came, since band is 0"
    faint = [not each.drawn and not empty[index % len(empty)] for index, each in enumerate(known)]
    lines = [batch.empty_note("unknown_mask", instead)]
    return [*lines, f"unknown_mask stays below 0.5{_where(faint)}: {instead}."] if any(faint) else lines


def _where(frames: Sequence[bool]) -> str:
    return "" if all(frames) else f" in {name_frames([index for index, each in enumerate(frames, 1) if each])}"
