"""The record of runs over held pictures: a line a run, in a benchmark's held.md."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence
from datetime import date
from pathlib import Path

from benchmarks.baseline import ROOT
from benchmarks.rows import Check

FIRST = ("commit", "date")


def append(checks: Sequence[Check], record: Path) -> str:
    """Write the line of a run at the record's end, and return it."""
    added = line(checks, columns(record), commit(), date.today().isoformat())
    record.write_text(record.read_text() + added + "\n")
    return added


def columns(record: Path) -> list[str]:
    """The names of the figures, as the record's header has them."""
    header = next(each for each in record.read_text().splitlines() if each.startswith("| " + " | ".join(FIRST)))
    return [name.strip() for name in header.strip("|").split("|")][len(FIRST) :]


def line(checks: Sequence[Check], names: Sequence[str], commit: str, day: str) -> str:
    """A row of the table; "-" for what was not measured.

    Raises:
        ValueError: the table has no column for a figure.
    """
    figures = {check.name: f"{check.value:.3f}".rstrip("0").rstrip(".") for check in checks}
    if lost := set(figures) - set(names):
        raise ValueError(f"the record has no column for {', '.join(sorted(lost))}")
    return "| " + " | ".join([commit, day, *(figures.get(name, "-") for name in names)]) + " |"


def commit() -> str:
    """The commit that is measured, and whether its files were changed since."""
    name = _git("rev-parse", "--short", "HEAD")
    return f"{name} and changes" if _git("status", "--porcelain", "--", "softfocus") else name or "unknown"


def _git(*arguments: str) -> str:
    return subprocess.run(["git", *arguments], cwd=ROOT, capture_output=True, text=True).stdout.strip()
