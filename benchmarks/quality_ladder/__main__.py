"""Does the score without reference and mask prefer the less distorted of two versions of a portrait?

`python -m benchmarks.quality_ladder` makes every portrait worse in five steps by each distortion and prints the share
of the pairs (untouched, step 1 .. step 5 of one portrait, 15 pairs) in which the better version has the better value,
ties counting half; NIQE, BRISQUE and PIQE alone stand beside it. First for the portraits that look like photographs,
then for all pictures in which a face was found, drawings and title cards too. Then what each part of the score adds to
these shares, how the look at the nodes' defaults scores against its source and against a blur of the whole picture that
leaves as much detail, and what the measurements cost.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from math import prod
from statistics import mean, median

import torch
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.faces.__main__ import NO_YUNET
from benchmarks.quality_ladder.pictures import DRAWN, ladder_portraits
from benchmarks.timing import side_by_side
from softfocus.faces import detail_mask, find_faces, load_face_nets
from softfocus.filters.gaussian import gaussian_blur
from softfocus.look import make_look
from softfocus.quality import Measured, measure_clarity, measure_effect, score_effect
from softfocus.quality.effect.detail import detail_energy
from softfocus.quality.natural.brisque import brisque
from softfocus.quality.natural.niqe import niqe
from softfocus.quality.natural.piqe import piqe
from testing.faces.reference import yunet_file
from testing.quality.ladder import DISTORTIONS, ladder, preferred

MOST_BLUR_PX = 16.0
HALVINGS = 12
PARTS_OF = 4  # every fourth portrait is enough to see what a part is there for


def score(image: Tensor) -> float:
    return score_effect(measure_effect(Measured.of(image))).total


METRICS: dict[str, Callable[[Tensor], float]] = {
    "score": score,
    "NIQE": lambda image: -float(niqe(image)),
    "BRISQUE": lambda image: -float(brisque(image)),
    "PIQE": lambda image: -float(piqe(image)),
}


def climb(portraits: Iterable[tuple[str, Tensor]]) -> dict[str, dict[str, list[list[float]]]]:
    """By distortion and metric: for each portrait the six values, untouched first."""
    found: dict[str, dict[str, list[list[float]]]] = {kind: {name: [] for name in METRICS} for kind in DISTORTIONS}
    for portrait, image in portraits:
        untouched = {name: measure(image) for name, measure in METRICS.items()}
        for kind, rows in found.items():
            steps = ladder(image, kind, portrait)[1:]
            for name, measure in METRICS.items():
                rows[name].append([untouched[name], *map(measure, steps)])
    return found


def chosen(found: dict[str, dict[str, list[list[float]]]], keep: list[bool]) -> dict[str, dict[str, list[list[float]]]]:
    """The same for the portraits that are kept."""
    return {
        kind: {name: [values for values, kept in zip(row, keep, strict=True) if kept] for name, row in rows.items()}
        for kind, rows in found.items()
    }


def print_ladder(found: dict[str, dict[str, list[list[float]]]], what: str) -> None:
    count = len(next(iter(found.values()))["score"])
    print(f"share of the pairs in which the less distorted one is preferred; {count} {what}, 15 pairs each")
    print(f"{'':16}" + "".join(f"{name:>9}" for name in METRICS) + "   score: median at each step; steps")
    for kind, rows in found.items():
        shares = [mean(preferred(values) for values in rows[name]) for name in METRICS]
        medians = " ".join(f"{median(step):3.0f}" for step in zip(*rows["score"], strict=True))
        unit, _, levels = DISTORTIONS[kind]
        steps = ", ".join(f"{level:g}" for level in levels)
        print(f"{kind:16}" + "".join(f"{share:9.3f}" for share in shares) + f"   {medians}; {unit} {steps}")
    everything = [mean(preferred(values) for rows in found.values() for values in rows[name]) for name in METRICS]
    print(f"{'all':16}" + "".join(f"{share:9.3f}" for share in everything))


def print_parts(portraits: Iterable[tuple[str, Tensor]]) -> None:
    """What each part is there for: the shares of `print_ladder` less those of the score without the part."""
    kept: dict[str, dict[str, list[float]]] = {kind: {} for kind in DISTORTIONS}
    for portrait, image in portraits:
        for kind, shares in kept.items():
            steps = [score_effect(measure_effect(Measured.of(step))).parts for step in ladder(image, kind, portrait)]
            for left_out in ("", *(part.goal.name for part in steps[0])):
                products = [prod(part.score for part in step if part.goal.name != left_out) for step in steps]
                shares.setdefault(left_out, []).append(preferred(products))
    print("what each part adds to the shares of the score; the products are not stretched")
    print(f"{'':24}" + "".join(f"{kind:>16}" for kind in DISTORTIONS))
    for name in [each for each in kept["JPEG"] if each]:
        print(f"{name:24}" + "".join(f"{mean(shares['']) - mean(shares[name]):16.3f}" for shares in kept.values()))


def equal_blur(source: Tensor, look: Tensor) -> Tensor:
    """The source under the Gaussian that leaves as much detail in the whole picture as the look has."""
    wanted = detail_energy(Measured.of(look), None)
    low, high = 0.0, MOST_BLUR_PX
    for _ in range(HALVINGS):
        sigma = (low + high) / 2
        more = detail_energy(Measured.of(gaussian_blur(source, sigma)), None) > wanted
        low, high = (sigma, high) if more else (low, sigma)
    return gaussian_blur(source, (low + high) / 2)


def print_look(portraits: Iterable[tuple[str, Tensor]]) -> None:
    nets = load_face_nets()
    scores: dict[str, list[float]] = {"source": [], "look": [], "bloom without the detail": [], "equal blur": []}
    for _, image in portraits:
        mask = detail_mask(image, find_faces(nets, image))
        if mask.max() > 0:
            look = make_look(image, mask)
            for name, version in zip(
                scores, (image, look.image, look.bloomed, equal_blur(image, look.image)), strict=True
            ):
                scores[name].append(score((version.clamp(0, 1) * 255).round() / 255))
    above = mean(float(look > blur) for look, blur in zip(scores["look"], scores["equal blur"], strict=True))
    count = len(scores["look"])
    print(f"the look at the nodes' defaults, without reference and mask; {count} portraits with a found face")
    print(", ".join(f"{name} {median(values):.1f}" for name, values in scores.items()) + " (medians)")
    print(f"the look is above the equal blur in {above:.0%} of them")


def print_cost(image: Tensor) -> None:
    large = interpolate(image, (1024, 1024), mode="bicubic", antialias=True).clamp(0, 1)
    mask = torch.zeros(1, 1, 1024, 1024)
    mask[..., 256:768, 256:768] = 1
    works: dict[str, Callable[[], object]] = {
        "score without reference": lambda: score(large),
        "score with reference and mask": lambda: score_effect(measure_effect(Measured.of(large, large.flip(-1), mask))),
        "measure_clarity": lambda: measure_clarity(Measured.of(large)),
        "measure_clarity with a mask": lambda: measure_clarity(Measured.of(large, mask=mask)),
    }
    for name, time in side_by_side(works).items():
        print(f"{name:30} {time:5.0f} ms for 1024 x 1024, one thread")


def main() -> None:
    torch.set_num_threads(1)
    if yunet_file() is None:
        print(f"quality ladder: not measured, since YuNet picks its portraits; {NO_YUNET}")
        return
    portraits = list(ladder_portraits())
    found = climb(portraits)
    print_ladder(chosen(found, [name not in DRAWN for name, _ in portraits]), "photograph-like portraits")
    print_ladder(found, "pictures with a face, drawings included")
    print_parts(portraits[::PARTS_OF])
    print_look(portraits)
    print_cost(portraits[0][1])


if __name__ == "__main__":
    main()
