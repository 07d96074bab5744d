"""What a matte of a photograph costs: beside closed-form on the same region, and beside commit 406c420.

The three take turns, each on one thread; the processor's time counts, since neighbours on the machine do not add to it.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Sequence

from torch import Tensor

from benchmarks.baseline import ROOT, Checkout, checkout
from benchmarks.matting.methods import BAND, EARLIER, closed_form, ours
from benchmarks.peak_memory import peak_bytes, restarted_peak_bytes
from benchmarks.rows import Check, Row, ratio, values
from benchmarks.timing import seconds
from softfocus.units import percent_of_diagonal
from testing.matting.photographs import Photograph, made_mask

TITLE = f"Time of the processor from coarse masks, shortest of some runs, seconds; {EARLIER}: that commit's"
MEMORY = "Peak memory beyond the picture and what comes out, in processes of their own"
KIND = "coarse"
COUNT = 4  # photographs
ROUNDS = 3
CLOSED_FORM_LIMIT, EARLIER_LIMIT = 1.0, 1.3


def table(photographs: Iterable[Photograph], earlier: Checkout | None, rounds: int = ROUNDS) -> Iterator[Row]:
    for photograph in photographs:
        image, mask = photograph.image, made_mask(photograph.alpha, KIND)
        band = ours(image, mask)[1]
        spent = in_turns(image, mask, band, earlier, rounds)
        row: Row = {"photograph": photograph.name, "thousand px of band": float(band.sum()) / 1000}
        yield row | spent | {f"/{name}": ratio(spent["ours"], spent[name]) for name in ("closed-form", EARLIER)}


def in_turns(
    image: Tensor, mask: Tensor, band: Tensor, earlier: Checkout | None, rounds: int
) -> dict[str, float | None]:
    """Seconds by method; None for the earlier commit where its history is not there."""
    width = percent_of_diagonal(image, BAND)

    def earlier_seconds() -> float:
        assert earlier is not None
        found = earlier.run("softfocus.matting:refine_mask", image=image, mask=mask, band_px=width)
        return found.cpu_milliseconds / 1000

    works: dict[str, Callable[[], float]] = {
        "ours": lambda: _cpu_seconds(lambda: ours(image, mask)),
        "closed-form": lambda: _cpu_seconds(lambda: closed_form(image, mask, band)),
    }
    if earlier is not None:
        works[EARLIER] = earlier_seconds
    turns = [{name: work() for name, work in works.items()} for _ in range(rounds)]
    return {name: min(turn[name] for turn in turns) for name in works} | ({} if earlier else {EARLIER: None})


def _cpu_seconds(work: Callable[[], object]) -> float:
    return seconds(work, runs=1, clock=time.process_time)


def memory_table(photograph: Photograph) -> Iterator[Row]:
    """Ours and closed-form."""
    mask = made_mask(photograph.alpha, KIND)
    band = ours(photograph.image, mask)[1]
    for method in ("ours", "closed-form"):
        with checkout(ROOT) as fresh:
            found = fresh.run(f"{__name__}:peak_of", method=method, image=photograph.image, mask=mask, band=band)
        floats = found["result"] / 4
        row: Row = {"photograph": photograph.name, "method": method.rjust(len("closed-form")), "MB": 4e-6 * floats}
        yield row | {"floats/pixel": floats / band.numel(), "floats/pixel of band": floats / float(band.sum())}


def peak_of(method: str, image: Tensor, mask: Tensor, band: Tensor) -> int:
    """Bytes at the peak beyond what was held before. What is loaded or compiled once is there before."""
    work: dict[str, Callable[..., object]] = {"ours": lambda i, m, b: ours(i, m), "closed-form": closed_form}
    work[method](*(plane[..., ::4, ::4].contiguous() for plane in (image, mask, band)))
    before = restarted_peak_bytes()
    work[method](image, mask, band)
    return peak_bytes() - before


def checks(rows: Sequence[Row]) -> list[Check]:
    """Ratios of the times of all photographs together."""
    limits = {"closed-form": CLOSED_FORM_LIMIT, EARLIER: EARLIER_LIMIT}
    return [
        Check(f"time / {name}", sum(values(rows, "ours")) / sum(values(rows, name)), limit)
        for name, limit in limits.items()
        if values(rows, name)
    ]
