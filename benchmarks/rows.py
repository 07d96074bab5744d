"""Tables of the image engine's benchmark: a row is a dict, a case that was not run is None and prints as "-"."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

Row = dict[str, float | int | str | None]
NARROWEST = 6  # of a column, for numbers of later rows


@dataclass(frozen=True)
class Check:
    """A figure with its limit: value <= limit, or value >= limit where `at_least`."""

    name: str
    value: float
    limit: float
    at_least: bool = False

    @property
    def met(self) -> bool:
        return self.value >= self.limit if self.at_least else self.value <= self.limit

    def line(self) -> str:
        sign = ">=" if self.at_least else "<="
        return f"{'met   ' if self.met else 'MISSED'}  {self.name:66} {self.value:8.3f}  limit {sign} {self.limit:g}"


def ratio(first: float | None, second: float | None) -> float | None:
    """first / second, None where one of them was not measured."""
    return None if first is None or second is None else first / second


def show(title: str, rows: Iterable[Row]) -> list[Row]:
    """Print each row as it comes, under its keys, which are the same in every row."""
    print(f"\n{title}")
    kept: list[Row] = []
    for row in rows:
        cells = [_text(value) for value in row.values()]
        if not kept:
            widths = [max(len(name), len(cell), NARROWEST) for name, cell in zip(row, cells, strict=True)]
            print("  ".join(name.rjust(width) for name, width in zip(row, widths, strict=True)))
        print("  ".join(cell.rjust(width) for cell, width in zip(cells, widths, strict=True)), flush=True)
        kept.append(row)
    return kept


def show_limits(checks: Sequence[Check], start: float) -> None:
    """Print a line a check, and the seconds since `start` of `time.perf_counter`."""
    print("\nLimits")
    for check in checks:
        print(check.line())
    print(f"\n{time.perf_counter() - start:.0f} s")


def values(rows: Sequence[Row], column: str, keep: Callable[[Row], bool] = lambda row: True) -> list[float]:
    """The measured numbers of a column, of the rows to keep."""
    found = [row[column] for row in rows if keep(row)]
    return [float(value) for value in found if value is not None]


def _text(value: float | int | str | None) -> str:
    if value is None:
        return "-"
    if not isinstance(value, float):
        return str(value)
    return f"{value:.3f}" if abs(value) < 10 else f"{value:.1f}" if abs(value) < 1000 else f"{value:.0f}"
