"""Two faces of 4:1 in one picture: is each as clear as alone, and does a line show where their scales meet?

The change that detail makes is a mixture of what each face's scale alone would give, by the faces' shares of a pixel.
Where shares change, so does the mixture, by the sum of each share's step times its change: the seam.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from itertools import chain, product
from statistics import median

import torch
from torch import Tensor

from benchmarks.face_size.limits import LEAST_FINE, TONE, TONE_SMALL, TONE_WORST
from benchmarks.face_size.portraits import by_name
from benchmarks.rows import Check, Row, values
from softfocus.at_settings import apply_sharpen
from softfocus.color import luminance
from softfocus.face_box import FACE_SHARE, FaceBox
from softfocus.faces import FaceNets
from softfocus.look import make_look
from softfocus.units import diagonal
from testing.face_size.measures import Close
from testing.face_size.pair import resized, set_in
from testing.face_size.sitters import Sitter, place
from testing.faces.shares import face_shares

TITLE = (
    "Two faces of 4:1 in one picture, with both boxes, with its own alone, and without: energy of 11-19 cycles a\n"
    "face, result/source, and tone shift in 1/255; seam: largest step by the mixing of scales, 1/255 a pixel; away:\n"
    "99.9 % of the difference from the mixture, 1/255"
)
PAIRS = (
    ("sd3.5_simple_example-1", "hidream_i1_dev-1"),
    ("flux_fill_inpaint_example-1", "image_boogu_image_0_1_turbo_t2i-1"),
)
TIMES = 4  # as wide is the large face
SHARE = 0.2  # of the diagonal, of the large face
APART = 0.5  # widths of the large face between the boxes
SEAM, AWAY = 1.0, 2.0  # 1/255; each window around a face has a coarse grid of its own


def table(nets: FaceNets) -> Iterator[Row]:
    people = {each.name: each for each in by_name(nets, tuple(chain.from_iterable(PAIRS)))}
    for names in PAIRS:
        for layout in ("apart", "overlapping"):
            two = together(people[names[0]], people[names[1]], layout == "overlapping")
            for masked in (True, False):
                yield from rows(two, layout, masked)


def together(large: Sitter, small: Sitter, overlapping: bool) -> tuple[Sitter, Sitter]:
    """The small face beside the large one, or before the corner of its box."""
    large = place(large, SHARE)
    small = place(resized(small, large.width / TIMES / small.width), SHARE)
    left, top, width, height = large.face.box
    if overlapping:
        return set_in(large, small, left, top + height)
    return set_in(large, small, left + width + APART * large.width + small.face.box[2] / 2, top + height / 2)


def rows(two: tuple[Sitter, Sitter], layout: str, masked: bool) -> Iterator[Row]:
    """A row for each of the faces."""
    image, mask = two[0].image, two[0].mask if masked else None
    boxes = [each.box for each in two]
    look, without = make_look(image, mask, faces=[boxes]), make_look(image, mask)
    step, away = seam(image, mask, look.bloomed, look.image, boxes)
    for one in two:
        close, alone = Close.to(one), make_look(image, mask, faces=[[one.box]])
        yield {
            "face %": round(100 * one.width / diagonal(image), 1),
            "faces": layout,
            "mask": "yes" if masked else "none",
            "fine": close.kept(look.image),
            "alone": close.kept(alone.image),
            "no boxes": close.kept(without.image),
            "tone": close.tone_shift(look.image, look.bloomed),
            "tone alone": close.tone_shift(alone.image, alone.bloomed),
            "tone no boxes": close.tone_shift(without.image, without.bloomed),
            "seam": step,
            "away": away,
            "portrait": one.name,
        }


def seam(
    image: Tensor, mask: Tensor | None, dream: Tensor, result: Tensor, boxes: Sequence[FaceBox]
) -> tuple[float, float]:
    """Largest step by the mixing, and how far the result is from the mixture, both in 1/255 of luma.

    Each scale's own change is that of a box over the whole picture.
    """
    height, width = image.shape[-2:]
    everywhere = [[[FaceBox(0, 0, width, height, box.face_width)]] for box in boxes]
    changes = [
        luminance(apply_sharpen(dream, source=image, mask=mask, faces=faces).image - dream)
        for faces in (*everywhere, None)
    ]
    shares, free = face_shares(boxes, (height, width), image.device)
    steps = []
    for axis in (-1, -2):
        mixed = torch.zeros(())
        for share, change in zip((*shares, free), changes, strict=True):
            middle = (
                change.narrow(axis, 0, change.shape[axis] - 1) + change.narrow(axis, 1, change.shape[axis] - 1)
            ) / 2
            mixed = mixed + share.diff(dim=axis) * middle
        steps.append(float(mixed.abs().max()))
    mixture = sum(share * change for share, change in zip((*shares, free), changes, strict=True))
    away = (luminance(result - dream) - mixture).abs().flatten()
    return 255 * max(steps), 255 * float(away.kthvalue(math.ceil(0.999 * len(away))).values)


def checks(rows: Sequence[Row]) -> list[Check]:
    """Medians as of one face, and the worst face's tone; apart for pictures with a mask and without."""
    found = []
    for small, masked in product((False, True), ("yes", "none")):

        def of(row: Row, small: bool = small, masked: str = masked) -> bool:
            return (float(row["face %"] or 0) < 90 * FACE_SHARE) == small and row["mask"] == masked

        name = f"pairs, the {'small' if small else 'large'} face, mask {masked}: "
        least, tone = (LEAST_FINE[5], TONE_SMALL) if small else (LEAST_FINE[20], TONE)
        found.append(Check(name + "detail, energy", median(values(rows, "fine", of)), least, True))
        found.append(Check(name + "tone shift, 1/255", median(values(rows, "tone", of)), tone))
        found.append(Check(name + "tone shift of the worst, 1/255", max(values(rows, "tone", of)), TONE_WORST))
    found.append(Check("pairs: step by the mixing of scales, 1/255 a pixel", max(values(rows, "seam")), SEAM))
    return [*found, Check("pairs: away from the mixture of scales, 1/255", max(values(rows, "away")), AWAY)]
