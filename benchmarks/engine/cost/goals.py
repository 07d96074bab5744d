"""What the counts are to come to, as limits of the table's rows on a device's path."""

from __future__ import annotations

from collections.abc import Sequence

from benchmarks.engine.cost.works import BETWEEN, ENDS, delta_name
from benchmarks.rows import Check, Row
from softfocus.settings import BLUR

LOOKS = ("make_look", "three nodes")
LOOK_BYTES = 3300  # a pixel at 1024 px, thin mask
LOOK_OPERATIONS = {256: 300, 4096: 400}  # by side in pixels
DELTA_BYTES = {"8 bit": 9_000, "float": 35_000}  # a pixel at 1024 px, of max_delta at the default sigma
DELTA_BYTES_ANYWHERE = 25_000  # a pixel, of 8 bit at every sigma and size


def checks(rows: Sequence[Row]) -> list[Check]:
    """Of the rows that are there."""
    found = []
    for name in LOOKS:
        thin = {"node": name, "mask": "thin", "picture": "8 bit"}
        found += _limited(f"{name}: bytes a pixel, 1024 px, thin mask", LOOK_BYTES, rows, "bytes/px", **thin, px=1024)
        for side, most in LOOK_OPERATIONS.items():
            found += _limited(f"{name}: operations, {side} px, thin mask", most, rows, "operations", **thin, px=side)
    default = delta_name(BLUR.sigma)
    for kind, most in DELTA_BYTES.items():
        title = f"{default} %, {kind}: bytes a pixel, 1024 px"
        found += _limited(title, most, rows, "bytes/px", node=default, px=1024, picture=kind)
    anywhere: list[float] = []
    for sigma in (*ENDS, *BETWEEN):
        anywhere += _column(rows, "bytes/px", node=delta_name(sigma), picture="8 bit")
    if anywhere:
        found.append(Check("max_delta at every sigma, 8 bit: bytes a pixel", max(anywhere), DELTA_BYTES_ANYWHERE))
    return [*found, Check("calls in which planes leave torch", sum(bool(row["left"]) for row in rows), 0)]


def _limited(title: str, most: float, rows: Sequence[Row], column: str, **cells: object) -> list[Check]:
    return [Check(title, each, most) for each in _column(rows, column, **cells)]


def _column(rows: Sequence[Row], column: str, **cells: object) -> list[float]:
    """The numbers of a device's rows with such cells."""
    wanted = {"path": "device", **cells}
    return [float(row[column] or 0) for row in rows if all(row[name] == cell for name, cell in wanted.items())]
