"""Good and bad looks of one portrait, made by the pack's own operations, and what their scores have to say."""

from __future__ import annotations

import torch
from torch import Tensor

from benchmarks.quality_effect.cases import Case
from benchmarks.quality_effect.graph import BLOOM, BLUR, SHARPEN, Graph
from softfocus.quality import Effect, Measured, measure_effect, score_effect

Scored = tuple[float, Effect]
PLAIN = ("identity", "global blur", "global dreamy")
DEFAULT, MORE = "masked dreamy", "masked dreamy + face"
FACE_AMOUNT = 1.5
NEAR_ZERO = 2.0  # dB: bands of different spectra lose different shares to the same blur


def variants(case: Case) -> dict[str, Scored]:
    """The five looks of the effect's proof, each scored with the portrait as its reference and the same mask."""
    graph, blur = Graph(), Graph({(BLOOM, "intensity"): 0.0})
    pictures = {
        "identity": case.image,
        "global blur": blur.dream(case.image, None),
        "global dreamy": graph.dream(case.image, None),
        DEFAULT: graph.result(case.image, case.mask),
        MORE: Graph({(SHARPEN, "amount"): FACE_AMOUNT}).result(case.image, case.mask),
    }
    return {name: scored(case, picture, case.mask) for name, picture in pictures.items()}


def controls(case: Case) -> dict[str, Scored]:
    """Looks with one gross fault; hard masks are scored with the hard mask, as in a graph, and with the soft one."""
    graph = Graph()
    blurred = Graph({(BLUR, "sigma"): 1.0, (BLOOM, "intensity"): 0.0}).dream(case.image, None)
    found = {
        "amount 4": scored(case, Graph({(SHARPEN, "amount"): 4.0}).result(case.image, case.mask), case.mask),
        "pasted over bloom": scored(case, torch.lerp(graph.dream(case.image, None), case.image, case.mask), case.mask),
        "pasted over blur": scored(case, torch.lerp(blurred, case.image, case.mask), case.mask),
    }
    for limit in (0.1, 0.5):
        hard = (case.mask > limit).float()
        result = graph.result(case.image, hard)
        found[f"mask > {limit}, hard"] = scored(case, result, hard)
        found[f"  the same, soft mask scored ({limit})"] = scored(case, result, case.mask)
    for name, extra in (("blown bloom", {}), ("blown bloom, boost 3", {(BLOOM, "highlight_boost"): 3.0})):
        values = {(BLOOM, "intensity"): 1.0, (BLOOM, "threshold"): 0.05, **extra}
        found[name] = scored(case, Graph(values).result(case.image, case.mask), case.mask)
    return found


def scored(case: Case, picture: Tensor, mask: Tensor) -> Scored:
    effect = measure_effect(Measured.of(picture, case.image, mask))
    return score_effect(effect).total, effect


def order_faults(found: dict[str, Scored]) -> list[str]:
    """What is not as it should be in the five looks; empty where all is right.

    Right is: the selectivity of the three looks that ignore the mask is within NEAR_ZERO, that of the default look is
    higher, and that with more face detail higher still; and both of the looks that use the mask score above the
    other three, which puts the default look first or second.
    """
    selectivity = {name: effect.selectivity_db or 0.0 for name, (_, effect) in found.items()}
    wrong = [f"{name} {selectivity[name]:+.1f} dB" for name in PLAIN if abs(selectivity[name]) > NEAR_ZERO]
    if not max(selectivity[name] for name in PLAIN) < selectivity[DEFAULT] < selectivity[MORE]:
        wrong.append("selectivity does not rise")
    totals = {name: total for name, (total, _) in found.items()}
    if max(totals[name] for name in PLAIN) >= min(totals[DEFAULT], totals[MORE]):
        wrong.append("a look without mask scores above one with it")
    return wrong
