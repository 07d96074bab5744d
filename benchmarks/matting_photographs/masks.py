"""Errors over the whole picture from three masks of each photograph: the masks', a filter's, two solvers' and ours."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from statistics import mean, median

import torch
from torch import Tensor

from benchmarks.matting.methods import METHODS, ours
from benchmarks.matting_photographs.figures import (
    OURS,
    PEERS,
    SHOWN,
    Case,
    Figures,
    averages,
    errors,
    of_best_peer,
    of_best_peer_each,
    times_best,
)
from benchmarks.rows import Check, Row
from testing.matting.photographs import KINDS, Photograph, made_mask

TITLE = "From masks, {}: SAD of ours over the mask's; of the coarse mask, SAD and Grad beside the solvers'"
SUMMARY = "From masks: means over the whole picture, and SAD over the mask's"
ROUGH, GUIDED = "mask", "guided filter"
COARSE = "coarse"
MEDIAN_LIMIT, COARSE_MEDIAN_LIMIT, WORST_LIMIT = 0.40, 0.58, 0.95
SAD_LIMIT, GRAD_LIMIT = 0.60, 0.75  # of the better solver's mean
BEST_SAD, BEST_GRAD = 13, 11  # of fourteen photographs


def measure(photograph: Photograph, peers_on: Sequence[str] = (COARSE,)) -> Iterator[Figures]:
    """Every kind of mask; the solvers, which take many times longer, on some kinds only."""
    for kind in KINDS:
        mask = made_mask(photograph.alpha, kind)
        for method, alpha in mattes(photograph.image, mask, kind in peers_on):
            yield Figures.of(photograph.name, kind, method, alpha, photograph.alpha)


def mattes(image: Tensor, mask: Tensor, with_peers: bool) -> Iterator[tuple[str, Tensor]]:
    """By method; all of them work on the band that ours opens, and keep the mask elsewhere."""
    alpha, band = ours(image, mask)
    yield ROUGH, mask
    yield OURS, alpha
    for name in (GUIDED, *(PEERS if with_peers else ())):
        yield name, torch.where(band > 0.5, METHODS[name](image, mask, band), mask)


def table(photographs: Iterable[Photograph], peers_on: Sequence[str], found: list[Figures]) -> Iterator[Row]:
    """A row a photograph; what was measured is put into `found`."""
    for photograph in photographs:
        here = list(measure(photograph, peers_on))
        found.extend(here)
        row: Row = {"photograph": photograph.name}
        row |= {kind: ratio for (_, kind), ratio in ratios(here, OURS).items()}
        for name in ("sad", "grad"):
            coarse = {method: errors(here, name, method, COARSE) for method in (OURS, *PEERS)}
            row |= {f"{SHOWN[name]} {method}": next(iter(value.values()), None) for method, value in coarse.items()}
        yield row


def ratios(found: Sequence[Figures], method: str, given: str | None = None) -> dict[Case, float]:
    """SAD of a method over that of the mask, by photograph and kind of mask."""
    rough = errors(found, "sad", ROUGH, given)
    return {case: sad / rough[case] for case, sad in errors(found, "sad", method, given).items()}


def summary(found: Sequence[Figures]) -> Iterator[Row]:
    """A row for each kind of mask and method."""
    for kind in KINDS:
        for method in (ROUGH, GUIDED, *PEERS, OURS):
            shares = ratios(found, method, kind)
            if not shares:
                continue
            row: Row = {"mask": kind, "method": method.rjust(len(GUIDED)), "n": len(shares)}
            row |= averages(found, method, kind)
            worst = max(shares, key=lambda case: shares[case])
            row |= {"/mask": mean(shares.values()), "median": median(shares.values()), "worst": shares[worst]}
            yield {**row, "of": worst[0]}


def checks(found: Sequence[Figures]) -> list[Check]:
    """Against the masks, and, where the solvers ran, against these from the coarse masks."""
    shares = ratios(found, OURS)
    made = [
        Check("SAD / mask, median", median(shares.values()), MEDIAN_LIMIT),
        Check("SAD / mask, coarse, median", median(ratios(found, OURS, COARSE).values()), COARSE_MEDIAN_LIMIT),
        Check("SAD / mask, worst", max(shares.values()), WORST_LIMIT),
    ]
    count = len(errors(found, "sad", PEERS[0], COARSE))
    if count:
        made += [
            Check("coarse, mean SAD / better solver", of_best_peer(found, "sad", COARSE), SAD_LIMIT),
            Check("coarse, mean Grad / better solver", of_best_peer(found, "grad", COARSE), GRAD_LIMIT),
            Check("coarse, best in SAD", times_best(found, ["sad"], COARSE), BEST_SAD * count // 14, at_least=True),
            Check("coarse, best in Grad", times_best(found, ["grad"], COARSE), BEST_GRAD * count // 14, at_least=True),
        ]
    return made


def against_chosen_peers(found: Sequence[Figures]) -> str:
    """A sentence without a limit."""
    sad, grad = (of_best_peer_each(found, name, COARSE) for name in ("sad", "grad"))
    return f"Beside the solver that is better for each photograph: SAD {sad:.3f}, Grad {grad:.3f} of its mean"
