"""Scene cuts of a clip: frames that differ much more from the one before than their neighbours do from theirs."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

import torch
from torch import Tensor
from torch.nn.functional import adaptive_avg_pool2d, interpolate

from ...color import displayable

SIDE = 24  # samples of a thumbnail's side: what moves within a shot hardly shows in it
DIFFERENT = 0.35  # mean difference of pictures of equal contrast; two pictures with nothing in common have about 1.1
FLAT = 0.02  # contrast below which a picture is not stretched: it shows noise
PLAIN = 0.25  # share of the contrast of a shot below which a frame shows nothing of its own
SUDDEN = 2.5  # times the differences around it: a fast pan is no cut
AROUND = 2  # frames on either side to compare with
EXPOSURES = (1, 2, 4, 8)  # times the light, then clipped at white
BLURS = (12, 6, 3)  # samples of a side that are left of a blurred thumbnail
MOVED = 0.7  # like DIFFERENT, of frames between which a shot has gone on unseen
LONGEST_FLASH = 8  # frames, a third of a second


def thumbnail(frame: Tensor) -> Tensor:
    """A small picture [3, SIDE, SIDE] of a frame [3, H, W] sRGB, for `scene_cuts`."""
    return adaptive_avg_pool2d(displayable(frame), SIDE)


def scene_cuts(frames: Sequence[Tensor]) -> list[int]:
    """Frames with which a new shot starts, from the thumbnails of all frames of a clip.

    A change of brightness or contrast alone is no cut, nor is a shot of one or two frames (the next difference is as
    large), nor a dissolve, nor up to `LONGEST_FLASH` frames that flash, go dark or are blurred as a whole.
    """
    if len(frames) < 2:
        return []
    small = torch.stack(list(frames))
    change = _apart(small[1:], small[:-1])
    cuts = []
    for index, value in enumerate(change.tolist()):
        near = torch.cat((change[max(index - AROUND, 0) : index], change[index + 1 : index + 1 + AROUND]))
        if value >= DIFFERENT and (len(near) == 0 or value >= SUDDEN * near.max().item()):
            cuts.append(index + 1)
    return _without_flashes(small, cuts)


def _stretched(small: Tensor) -> Tensor:
    """Pictures [F, 3, SIDE, SIDE] at equal contrast, about 0."""
    small = small - small.mean((-1, -2), keepdim=True)
    return small / _contrast(small).clamp_min(FLAT)


def _contrast(small: Tensor) -> Tensor:
    """Mean distance [F, 1, 1, 1] of pictures from their mean colors."""
    return (small - small.mean((-1, -2), keepdim=True)).abs().mean((1, 2, 3), keepdim=True)


def _without_flashes(small: Tensor, cuts: list[int]) -> list[int]:
    """The cuts but for those around a few frames that show less than the shot in which they lie, or nothing.

    After them the shot goes on as it was; at the clip's ends, where one side is not known, fewer frames may be such.
    """
    dropped: set[int] = set()
    for start, stop in pairwise([0, *cuts, len(small)]):
        before, inner, after = small[:start][-1:], small[start:stop], small[stop:][:1]
        if len(before) and len(after):
            goes_on = len(inner) <= LONGEST_FLASH and bool((_apart(before, after) < MOVED).all())
            plain = goes_on and _plain(inner, before)
        else:
            shot = torch.cat((before, after))
            plain = len(inner) <= AROUND and len(shot) > 0 and _plain(inner, shot)
        if plain:
            dropped |= {start, stop}
    return [cut for cut in cuts if cut not in dropped]


def _plain(frames: Tensor, shot: Tensor) -> bool:
    """Whether each frame is nearly flat, or a frame [1, 3, SIDE, SIDE] of the shot brighter, clipped or blurred."""
    ways = [(gain * shot).clamp(max=1) for gain in EXPOSURES] + [_blurred(shot, samples) for samples in BLURS]
    apart = torch.stack([_apart(frames, way) for way in ways]).amin(0)
    flat = _contrast(frames).flatten() < PLAIN * _contrast(shot).flatten()
    return bool((flat | (apart < DIFFERENT)).all())


def _blurred(small: Tensor, samples: int) -> Tensor:
    return interpolate(adaptive_avg_pool2d(small, samples), (SIDE, SIDE), mode="bilinear", align_corners=False)


def _apart(some: Tensor, others: Tensor) -> Tensor:
    """Mean difference [F] of pictures [F, 3, SIDE, SIDE] at equal contrast."""
    return (_stretched(some) - _stretched(others)).abs().mean((1, 2, 3))
