"""Limits of one face in ever larger pictures, of our rows."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from benchmarks.face_size.ways import OURS
from benchmarks.rows import Check, Row
from softfocus.face_box import FACE_SHARE

LEAST_FINE = {44: 0.93, 20: 0.90, 10: 0.90, 5: 0.88, 3: 0.88}  # by the face's percent of the diagonal
FINEST = (0.90, 1.10)
TONE, TONE_SMALL, TONE_WORST = 0.25, 0.5, 0.8  # 1/255; the second for faces smaller than FACE_SHARE
OVERSHOOT = 12.0  # 1/255
RING = 2.5
OUTSIDE = (0.10, 0.45)
FAR = (0.90, 1.10)


def checks(rows: Sequence[Row], portraits: str) -> list[Check]:
    """Of medians, but for the worst face's tone and what changes far from a face."""
    return [check for row in rows if row["way"] == OURS for check in _of(row, portraits)]


def _of(row: Row, portraits: str) -> Iterator[Check]:
    size = int(row["face %"] or 0)
    where = f"{portraits}, face {size} %: "
    tone = TONE if size >= 100 * FACE_SHARE else TONE_SMALL
    yield _check(where + "detail of 11 to 19 cycles a face, energy", row["fine"], LEAST_FINE[size], True)
    yield _check(where + "tone shift, 1/255", row["tone"], tone)
    yield _check(where + "tone shift of the worst face, 1/255", row["worst tone"], TONE_WORST)
    yield _check(where + "overshoot, 1/255", row["over"], OVERSHOOT)
    yield _check(where + "ring around the face", row["ring"], RING)
    for name, column, (least, most) in (
        ("detail of 48 to 77 cycles a face, energy", "finest", FINEST),
        ("detail outside of the head", "outside", OUTSIDE),
        ("detail far from the face, with boxes over without", "worst far", FAR),
    ):
        if row[column] is not None:
            yield _check(where + name, row[column], least, True)
            yield _check(where + name, row[column], most)


def _check(name: str, value: float | int | str | None, limit: float, at_least: bool = False) -> Check:
    return Check(name, float(value or 0), limit, at_least)
