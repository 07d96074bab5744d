"""Faulty settings of the graph, and what the first piece of advice of their report makes of them.

A setting is a fault of a picture only where it shows: at least 1 % of the pixels inside the mask, or of those outside
it, differ by VISIBLE or more from the look of the default settings.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from torch import Tensor

from benchmarks.quality_effect.cases import Case
from benchmarks.quality_effect.graph import BLOOM, BLUR, MASK, SHARPEN, Graph
from softfocus.quality import Measured, Score, measure_effect, score_effect
from softfocus.quality.effect.tone import quantile
from softfocus.quality.regions import EMPTY
from softfocus.quality.report.advice import Advice, advise

VISIBLE, LEAST_SHARE = 3.0 / 255, 0.01
WEAK_MASK = {(MASK, name): 0.3 * Graph().value(MASK, name) for name in ("eyes", "brows", "nose", "lips", "face")}

FAULTS: dict[str, Graph] = {
    "intensity 1": Graph({(BLOOM, "intensity"): 1.0}),
    "intensity 0": Graph({(BLOOM, "intensity"): 0.0}),
    "intensity 0.1": Graph({(BLOOM, "intensity"): 0.1}),
    "sigma 2": Graph({(BLUR, "sigma"): 2.0}),
    "sigma 1": Graph({(BLUR, "sigma"): 1.0}),
    "sigma 0": Graph({(BLUR, "sigma"): 0.0}),
    "amount 4": Graph({(SHARPEN, "amount"): 4.0}),
    "amount 0": Graph({(SHARPEN, "amount"): 0.0}),
    "amount 0.3": Graph({(SHARPEN, "amount"): 0.3}),
    "amount 2, halo_limit 1": Graph({(SHARPEN, "amount"): 2.0, (SHARPEN, "halo_limit"): 1.0}),
    "amount 4, halo_limit 0.2": Graph({(SHARPEN, "amount"): 4.0, (SHARPEN, "halo_limit"): 0.2}),
    "bloom protect_mask": Graph(bloom_protected=True),
    "sharpen without mask": Graph(sharpen_masked=False),
    "tint red": Graph(tint="#ff4020"),
    "tint blue": Graph(tint="#3060ff"),
    "tint orange": Graph(tint="#ffa050"),
    "bloom radius 20": Graph({(BLOOM, "radius"): 20.0}),
    "bloom radius 0.3": Graph({(BLOOM, "radius"): 0.3}),
    "falloff 0": Graph({(BLOOM, "falloff"): 0.0}),
    "threshold 0.8": Graph({(BLOOM, "threshold"): 0.8}),
    "sharpen radius 1.5": Graph({(SHARPEN, "radius"): 1.5}),
    "sharpen radius 0.02": Graph({(SHARPEN, "radius"): 0.02}),
    "noise_threshold 0.3": Graph({(SHARPEN, "noise_threshold"): 0.3}),
    "feather 0": Graph({(MASK, "feather"): 0.0}),
    "mask weights x 0.3": Graph(WEAK_MASK),
}


@dataclass(frozen=True)
class Followed:
    """One picture: whether its fault shows, the first advice (or None), and the scores before and after."""

    fault: str
    portrait: str
    visible: bool
    advice: Advice | None
    before: float
    after: float

    @property
    def rose(self) -> bool:
        return self.after > self.before

    def line(self) -> str:
        step = f"{self.advice.direction} {self.advice.widget}, {self.advice.node}" if self.advice else "nothing"
        mark = "-" if not self.visible else " " if self.rose else "!"
        return f"{mark} {self.fault:26}{self.before:6.1f} ->{self.after:6.1f}  {step:48}{self.portrait[:40]}"


def follow(case: Case, fault: str) -> Followed:
    """Make the faulty picture, ask for advice, do what its first piece says, and score again."""
    graph = FAULTS[fault]
    picture, mask = _made(case, graph)
    score = _score(case, picture, mask)
    advice = next(iter(advise(score)), None)
    after = score.total if advice is None else _score(case, *_made(case, turned(graph, advice))).total
    return Followed(fault, case.name, shows(case, picture), advice, score.total, after)


def shows(case: Case, picture: Tensor) -> bool:
    """Whether a picture differs visibly from the default look, inside the mask or outside it."""
    difference = (picture - _made(case, Graph())[0]).abs().mean(1, keepdim=True)
    inside = case.mask >= EMPTY
    return any(quantile(difference[side], 1 - LEAST_SHARE) >= VISIBLE for side in (inside, ~inside))


def turned(graph: Graph, advice: Advice) -> Graph:
    """One step in the direction of the advice: half the way to the default where that lies there, else x 0.5 or x 1.5.

    A mask is connected or taken off, boxes are connected; a tint goes half the way to white.
    """
    if advice.widget == "bboxes":
        return replace(graph, boxed=graph.boxed | {advice.node})
    if advice.direction == "whiten":
        channels = (int(graph.tint[at : at + 2], 16) for at in (1, 3, 5))
        return replace(graph, tint="#" + "".join(f"{(value + 255) // 2:02x}" for value in channels))
    if advice.direction in ("connect", "disconnect"):
        connected = advice.direction == "connect"
        if advice.node == BLOOM:
            return replace(graph, bloom_protected=connected)
        return replace(graph, sharpen_masked=connected)
    at = (advice.node, advice.widget)
    value, default, up = graph.value(*at), Graph().value(*at), advice.direction == "raise"
    towards = default > value if up else default < value
    step = (value + default) / 2 if towards else value * (1.5 if up else 0.5)
    return replace(graph, changed={**graph.changed, at: step})


def _made(case: Case, graph: Graph) -> tuple[Tensor, Tensor]:
    """The graph's picture and its mask."""
    masked = any(node == MASK for node, _ in graph.changed)
    mask = graph.mask(case.image, case.faces) if masked else case.mask
    return graph.result(case.image, mask), mask


def _score(case: Case, picture: Tensor, mask: Tensor) -> Score:
    return score_effect(measure_effect(Measured.of(picture, case.image, mask)))
