"""Errors of mattes, one entry a photograph, input and method, and what is taken from many of them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from statistics import mean

from torch import Tensor

from benchmarks.rows import Row
from testing.matting.metrics import all_errors

OURS = "ours"
PEERS = ("closed-form", "KNN")
SHOWN = {"sad": "SAD", "mse": "MSE", "grad": "Grad", "conn": "Conn"}

Case = tuple[str, str]  # photograph, and what was given with it


@dataclass(frozen=True)
class Figures:
    """given: the kind of mask or the trimap; the errors are those of `testing.matting.metrics`."""

    photograph: str
    given: str
    method: str
    sad: float
    mse: float
    grad: float
    conn: float

    @classmethod
    def of(
        cls, photograph: str, given: str, method: str, alpha: Tensor, truth: Tensor, region: Tensor | None = None
    ) -> Figures:
        return cls(photograph, given, method, **all_errors(alpha, truth, region))


def errors(found: Sequence[Figures], measure: str, method: str, given: str | None = None) -> dict[Case, float]:
    """One measure of a method by photograph and input; of all inputs where none is named."""
    chosen = (each for each in found if each.method == method and given in (None, each.given))
    return {(each.photograph, each.given): getattr(each, measure) for each in chosen}


def average(found: Sequence[Figures], measure: str, method: str, given: str) -> float:
    return mean(errors(found, measure, method, given).values())


def averages(found: Sequence[Figures], method: str, given: str) -> Row:
    """All measures, by the names that tables show."""
    return {shown: average(found, name, method, given) for name, shown in SHOWN.items()}


def of_best_peer(found: Sequence[Figures], measure: str, given: str) -> float:
    """Our mean over the lower of both peers' means."""
    return average(found, measure, OURS, given) / min(average(found, measure, peer, given) for peer in PEERS)


def of_best_peer_each(found: Sequence[Figures], measure: str, given: str) -> float:
    """The same, where the peer that is better is chosen for each photograph: nobody can choose so without the truth."""
    peers = (errors(found, measure, peer, given).values() for peer in PEERS)
    return average(found, measure, OURS, given) / mean(map(min, zip(*peers, strict=True)))


def times_best(found: Sequence[Figures], measures: Sequence[str], given: str | None = None) -> int:
    """In how many cases ours is below both peers in all of these measures."""
    cases = errors(found, measures[0], OURS, given)
    return sum(all(_is_best(found, measure, case) for measure in measures) for case in cases)


def _is_best(found: Sequence[Figures], measure: str, case: Case) -> bool:
    ours, *peers = (errors(found, measure, method, case[1])[case] for method in (OURS, *PEERS))
    return ours < min(peers)
