"""How the time to take a prompt apart grows with its length, for texts that regular expressions find hard.

Run by `make bench`, or alone: `python -m benchmarks.latency.prompt_phrases`. A ratio near 4 means linear in the length.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from benchmarks.rows import Check, Row, show, values
from benchmarks.timing import side_by_side
from softfocus.quality.clip.clip_texts import prompt_phrases

UNITS = ("<a", "((", ":1", "a: ", " ", "a, ", "<b>x", "&lt;", "embedding:", "\U0001f600", "x")
LENGTHS = (10_000, 40_000)
LIMIT_MS = 1000.0


def table() -> Iterator[Row]:
    for unit in UNITS:
        prompts = {length: "a" + unit * (length // len(unit)) + "b" for length in LENGTHS}
        times = side_by_side({str(length): partial(prompt_phrases, text) for length, text in prompts.items()})
        short, long = (times[str(length)] for length in LENGTHS)
        yield {"10,000 ms": short, "40,000 ms": long, "ratio": long / short, "repeated": ascii(unit)}


def main() -> list[Check]:
    """Print the table and its limit; returns the limit."""
    rows = show("Phrases of long prompts, by characters", table())
    check = Check("phrases of 10,000 characters: slowest, ms", max(values(rows, "10,000 ms")), LIMIT_MS)
    print(f"\n{check.line()}")
    return [check]


if __name__ == "__main__":
    main()
