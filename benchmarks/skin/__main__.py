"""Skin by the recipe of the blueprint "Even skin, pores kept": blotches go, pores and form stay.

    python -m benchmarks.skin

Energy of bands on cheeks and forehead over the source's: form of 11 to 19 cycles a face, blotches of 20 to 40, pores
finer than 77; the mean shift of tones there, and the largest change of eyes, brows and lips, in 1/255. Settings and
mask are those of `EVEN_SKIN` and `KEPT_OF_SKIN` in softfocus/settings.py, as the blueprint has them. Limits hold for
faces of 320 px and more.
"""

from __future__ import annotations

import argparse
import time
from collections.abc import Iterable, Iterator, Sequence

import torch

from benchmarks.rows import Check, Row, show, show_limits, values
from benchmarks.skin.measures import BLOTCHES, FORM, PORES, Skin
from benchmarks.skin.portraits import LEAST_PX, NAMES, load
from softfocus.faces import load_face_nets
from testing.face_size.sitters import Sitter

LEAST_FORM, MOST_BLOTCHES = 0.80, 0.60
LEAST_PORES, MOST_PORES = 0.70, 1.30
TONE, KEPT = 1.0, 1.0  # 1/255: what nobody sees


def table(people: Iterable[Sitter]) -> Iterator[Row]:
    """A row for each."""
    for one in people:
        skin = Skin(one)
        result = skin.evened()
        yield {
            "portrait": f"{one.name:40}",
            "face px": round(one.width),
            "form": skin.share(result, FORM),
            "blotches": skin.share(result, BLOTCHES),
            "pores": skin.share(result, (PORES, None)),
            "tone": skin.tone_shift(result),
            "kept": skin.change_of_kept(result),
        }


def checks(rows: Sequence[Row], name: str) -> list[Check]:
    """Of the worst face that is large enough."""
    large = [row for row in rows if int(row["face px"] or 0) >= LEAST_PX]
    form, blotches, pores, tone, kept = (
        values(large, column) for column in ("form", "blotches", "pores", "tone", "kept")
    )
    where = f"{name}, {len(large)} faces: "
    return [
        Check(where + "form, least", min(form), LEAST_FORM, at_least=True),
        Check(where + "blotches, most", max(blotches), MOST_BLOTCHES),
        Check(where + "pores, least", min(pores), LEAST_PORES, at_least=True),
        Check(where + "pores, most", max(pores), MOST_PORES),
        Check(where + "tone shift of the skin, 1/255", max(tone), TONE),
        Check(where + "change of eyes, brows and lips, 1/255", max(kept), KEPT),
    ]


def main(arguments: list[str] | None = None) -> list[Check]:
    """Print tables and limits; returns the limits."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.skin", description=__doc__.splitlines()[0])
    parser.add_argument("--of", nargs="+", choices=NAMES, default=list(NAMES), help="sets of portraits")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    torch.set_num_threads(1)
    limits = []
    with torch.inference_mode():
        for name in options.of:
            rows = show(f"Skin of {name} portraits, energy over the source's", table(load(load_face_nets(), name)))
            limits += checks(rows, name)
    show_limits(limits, start)
    return limits


if __name__ == "__main__":
    main()
