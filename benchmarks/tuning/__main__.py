"""Does Dreamy but Sharp reach what its sliders ask for, from any start, at full size, and better than the defaults?

python -m benchmarks.tuning [--tuning] [--count N] [--starts N]

Figures are those of `softfocus.tuning.Proxy`, which are Quality Score's. Held portraits by default, on which no band,
slope or constant was chosen; `--tuning` takes the annotated ones, on which they were.
"""

from __future__ import annotations

import argparse
import math
import random
import time
from collections.abc import Iterator, Sequence
from statistics import median

from benchmarks.rows import Check, Row, show, show_limits
from benchmarks.tuning.portraits import COUNT, Sitter, held_sitters, tuning_sitters
from softfocus.settings import DEFAULTS, BloomSettings, BlurSettings, LookSettings, SharpenSettings
from softfocus.tuning import Figures, Proxy, Tuned, start, tune, wanted

STARTS = 20
STEPS = (0.2, 0.4, 0.6, 0.8, 1.0)
KEPT = "kept_clear", "kept_outside"


def random_start(chance: random.Random) -> LookSettings:
    """Anywhere in the useful ranges of what is turned, and of what the tuner may put back."""
    return LookSettings(
        blur=BlurSettings(sigma=math.exp(chance.uniform(math.log(0.02), math.log(1.5)))),
        bloom=BloomSettings(
            intensity=chance.uniform(0, 1),
            radius=math.exp(chance.uniform(math.log(0.5), math.log(10))),
            threshold=chance.choice([0.0, chance.uniform(0, 0.8)]),
        ),
        sharpen=SharpenSettings(
            amount=chance.uniform(0, 2),
            fine=chance.uniform(0, 2),
            medium=chance.uniform(0, 2),
            coarse=chance.uniform(0, 2),
        ),
    )


def tuned(proxy: Proxy, dream: float, clarity: float, begin: LookSettings | None = None) -> Tuned:
    """As the node does it, or from another start."""
    home = start(dream, clarity)
    return tune(proxy.measure, begin or home, wanted(dream, clarity), home)


def missed(figures: Figures, dream: float, clarity: float) -> float:
    """Sum of the distances to the bands."""
    return sum(wanted(dream, clarity).beyond(figures).values())


def decibels_apart(first: Figures, second: Figures) -> float:
    """The larger of both kept energies' differences."""
    pairs = [(getattr(first, name), getattr(second, name)) for name in KEPT]
    return max((abs(10 * math.log10(a / b)) for a, b in pairs if a and b), default=0.0)


def is_monotone(sweep: Sequence[Tuned], name: str, rising: bool) -> bool:
    found = [getattr(each.figures, name) for each in sweep]
    return None in found or found == sorted(found, reverse=not rising)


def spread(sweep: Sequence[Tuned], name: str) -> float:
    """Largest over smallest, less 1."""
    found = [getattr(each.figures, name) for each in sweep]
    return 0.0 if None in found else max(found) / min(found) - 1


def rows(sitters: Iterator[Sitter], starts: int) -> Iterator[Row]:
    for number, sitter in enumerate(sitters):
        chance, small = random.Random(number), sitter.small()
        usual = tuned(small, 0.5, 0.5)
        plain = small.measure(DEFAULTS)
        whole = sitter.whole().measure(usual.settings) if sitter.is_large else None
        dreams, clarities = ([tuned(small, *each) for each in line] for line in _sweeps())
        ends = []
        for _ in range(starts):
            dream, clarity = chance.uniform(0.2, 1), chance.uniform(0, 1)
            ends.append((tuned(small, dream, clarity, random_start(chance)), dream, clarity))
        yield {
            "portrait": sitter.name[:30],
            "px": max(sitter.image.shape[-2:]),
            "within": sum(missed(end.figures, *sliders) == 0 for end, *sliders in ends),
            "most tries": max((end.evaluations for end, *_ in ends), default=0),
            "tries": usual.evaluations,
            "clear": usual.figures.kept_clear,
            "plain clear": plain.kept_clear,
            "outside": usual.figures.kept_outside,
            "plain outside": plain.kept_outside,
            "tone": usual.figures.tone_shift,
            "plain tone": plain.tone_shift,
            "missed": missed(usual.figures, 0.5, 0.5),
            "plain missed": missed(plain, 0.5, 0.5),
            "dB whole": None if whole is None else decibels_apart(usual.figures, whole),
            "dream ok": is_monotone(dreams, "kept_outside", False),
            "clarity ok": is_monotone(clarities, "kept_clear", True),
            "other moves": max(spread(dreams, "kept_clear"), spread(clarities, "kept_outside")),
        }


def _sweeps() -> tuple[list[tuple[float, float]], list[tuple[float, float]]]:
    return [(step, 0.5) for step in STEPS], [(0.5, step) for step in STEPS]


def limits(found: list[Row], starts: int) -> list[Check]:
    def column(name: str) -> list[float]:
        return [float(row[name]) for row in found if row[name] is not None]  # type: ignore[arg-type]

    worse = sum(own > plain + 1e-9 for own, plain in zip(column("missed"), column("plain missed"), strict=True))
    return [
        Check("share of random starts that end within every band", _share(column("within"), starts), 0.95, True),
        Check("most tries", max(column("most tries")), 12),
        Check("portraits where the usual sliders end worse than the defaults", worse, 0),
        Check("full size from proxy, dB, worst", max(column("dB whole"), default=0.0), 0.1),
        Check("share of portraits where dream is monotone", sum(column("dream ok")) / len(found), 1, True),
        Check("share of portraits where clarity is monotone", sum(column("clarity ok")) / len(found), 1, True),
        Check("how far a slider moves the other's figure, worst", max(column("other moves")), 0.15),
    ]


def _share(within: Sequence[float], starts: int) -> float:
    return sum(within) / max(1, starts * len(within))


def show_beside_defaults(found: list[Row]) -> None:
    for name in ("clear", "outside", "tone", "missed"):
        for column in (name, f"plain {name}"):
            numbers = sorted(float(row[column]) for row in found if row[column] is not None)  # type: ignore[arg-type]
            print(f"{column:14} {numbers[0]:7.3f} {median(numbers):7.3f} {numbers[-1]:7.3f}   least, median, most")


def main(arguments: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.tuning")
    parser.add_argument("--tuning", action="store_true")
    parser.add_argument("--count", type=int, default=COUNT)
    parser.add_argument("--starts", type=int, default=STARTS)
    chosen, begin = parser.parse_args(arguments), time.perf_counter()
    sitters = tuning_sitters() if chosen.tuning else held_sitters(chosen.count)
    kind = "tuning" if chosen.tuning else "held"
    found = show(f"Dreamy but Sharp on {kind} portraits, {chosen.starts} starts each", rows(sitters, chosen.starts))
    print()
    show_beside_defaults(found)
    show_limits(limits(found, chosen.starts), begin)


if __name__ == "__main__":
    main()
