"""Errors within the unknown part of the photographs' own trimaps: two solvers and ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence

from torch import Tensor

from benchmarks.matting.methods import BAND, METHODS
from benchmarks.matting_photographs.figures import (
    OURS,
    PEERS,
    SHOWN,
    Figures,
    averages,
    errors,
    of_best_peer,
    times_best,
)
from benchmarks.rows import Check, Row
from softfocus.matting import refine_mask
from softfocus.units import percent_of_diagonal
from testing.matting.photographs import Photograph

TITLE = "From trimaps, {}: errors within the unknown part"
SUMMARY = "From trimaps: means"
MEASURES = ("sad", "grad", "conn")
AHEAD = 9  # of fourteen cases: below both solvers in all measures


def measure(photograph: Photograph, with_peers: bool) -> Iterator[Figures]:
    for level, trimap in enumerate(photograph.trimaps, 1):
        unknown = (trimap == 0.5).float()
        for method, alpha in mattes(photograph.image, (trimap > 0.75).float(), unknown, with_peers):
            yield Figures.of(photograph.name, f"trimap {level}", method, alpha, photograph.alpha, unknown)


def mattes(image: Tensor, known: Tensor, unknown: Tensor, with_peers: bool) -> Iterator[tuple[str, Tensor]]:
    yield OURS, refine_mask(image, known, percent_of_diagonal(image, BAND), unknown=unknown).alpha
    for name in PEERS if with_peers else ():
        yield name, METHODS[name](image, known, unknown)


def table(photographs: Iterable[Photograph], with_peers: bool, found: list[Figures]) -> Iterator[Row]:
    """A row a photograph and trimap; what was measured is put into `found`."""
    for photograph in photographs:
        here = list(measure(photograph, with_peers))
        found.extend(here)
        for given in dict.fromkeys(each.given for each in here):
            row: Row = {"photograph": photograph.name, "given": given}
            for name in MEASURES:
                row |= {f"{SHOWN[name]} {each.method}": getattr(each, name) for each in here if each.given == given}
            if with_peers:
                row["ahead"] = "yes" if times_best(here, MEASURES, given) else "no"
            yield row


def summary(found: Sequence[Figures]) -> Iterator[Row]:
    """A row for each trimap and method."""
    for given, method in dict.fromkeys((each.given, each.method) for each in found):
        row: Row = {
            "given": given,
            "method": method.rjust(len(PEERS[0])),
            "n": len(errors(found, "sad", method, given)),
        }
        yield row | averages(found, method, given)


def checks(found: Sequence[Figures]) -> list[Check]:
    """Against the solvers; none where they did not run."""
    cases = errors(found, "sad", PEERS[0])
    made = [
        Check(f"{given}, mean {SHOWN[name]} / better solver", of_best_peer(found, name, given), 1)
        for given in sorted({given for _, given in cases})
        for name in MEASURES
    ]
    if cases:
        least = AHEAD * len(cases) // 14
        made.append(Check("trimaps, ahead in all three", times_best(found, MEASURES), least, at_least=True))
    return made
