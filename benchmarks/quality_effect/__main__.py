"""Quality Score with a reference: does it order the looks, see gross faults, and does its advice help?

    python -m benchmarks.quality_effect [--tuned | --fresh] [--pictures N]

Every portrait is brought to 512 px and scored against itself with its detail mask. --tuned takes the portraits that the
targets were set on in place of the others, --fresh those of a wheel whose results led to no change. At the end they lie
amid mirrored surroundings, as small faces.
"""

from __future__ import annotations

import argparse
import itertools
import time
from statistics import median

import torch

from benchmarks.quality_effect.advice import FAULTS, Followed, follow
from benchmarks.quality_effect.cases import FRESH_WHEELS, Case, other_cases, tuned_cases
from benchmarks.quality_effect.looks import DEFAULT, Scored, controls, order_faults, variants
from benchmarks.quality_effect.small_faces import TIMES, Connected, connect_as_advised
from benchmarks.rows import Check, show_limits

PICTURES = 40
SHARE = 0.9  # of the portraits, for controls and advice
SOFT_SCORED = "  the same"  # controls that are printed but have no limit


def main(arguments: list[str] | None = None) -> list[Check]:
    """Print tables and limits; returns the limits."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.quality_effect", description=__doc__.splitlines()[0])
    sets = parser.add_mutually_exclusive_group()
    sets.add_argument("--tuned", action="store_true", help="the portraits that the targets were set on")
    sets.add_argument("--fresh", action="store_true", help="the portraits of a wheel that changed nothing")
    parser.add_argument("--pictures", type=int, default=PICTURES, help="at most so many portraits")
    options = parser.parse_args(arguments)
    start = time.perf_counter()
    torch.set_num_threads(1)
    found = tuned_cases() if options.tuned else other_cases(FRESH_WHEELS) if options.fresh else other_cases()
    cases = list(itertools.islice(found, options.pictures))
    looks = {case.name: variants(case) for case in cases}
    bad = {case.name: controls(case) for case in cases}
    followed = [each for case_number, case in enumerate(cases) for each in _advised(case_number, case)]
    print(
        f"Quality Score with a reference, {len(cases)} portraits, {'tuned on' if options.tuned else 'not tuned on'}\n"
    )
    connected = [connect_as_advised(case) for case in cases]
    checks = [_show_looks(looks), *_show_controls(looks, bad), *_show_advice(followed), _show_small_faces(connected)]
    show_limits(checks, start)
    return checks


def _advised(number: int, case: Case) -> list[Followed]:
    """Two of the faults, each portrait starting where the one before it ended."""
    names = list(FAULTS)
    return [follow(case, names[(2 * number + step) % len(names)]) for step in range(2)]


def _show_looks(looks: dict[str, dict[str, Scored]]) -> Check:
    print(f"{'look':24}{'selectivity dB':>24}{'score':>24}   median (least..most)")
    for name in next(iter(looks.values())):
        found = [each[name] for each in looks.values()]
        print(
            f"{name:24}{_spread([effect.selectivity_db or 0 for _, effect in found])}{_spread([t for t, _ in found])}"
        )
    wrong = {name: order_faults(found) for name, found in looks.items()}
    for name, faults in wrong.items():
        if faults:
            print(f"! {name}: {'; '.join(faults)}")
    right = sum(not faults for faults in wrong.values()) / len(wrong)
    return Check("share of the portraits whose five looks are ordered right", right, 1.0, at_least=True)


def _show_controls(looks: dict[str, dict[str, Scored]], bad: dict[str, dict[str, Scored]]) -> list[Check]:
    print(f"\n{'control':40}{'score':>24}{'below the default look':>28}")
    checks = []
    for name in next(iter(bad.values())):
        totals = [found[name][0] for found in bad.values()]
        below = [total < looks[portrait][DEFAULT][0] for portrait, total in zip(bad, totals, strict=True)]
        print(f"{name:40}{_spread(totals)}{f'{sum(below)} of {len(below)}':>28}")
        if not name.startswith(SOFT_SCORED):
            checks.append(Check(f"{name}: share below the default look", sum(below) / len(below), SHARE, at_least=True))
    return checks


def _show_advice(followed: list[Followed]) -> list[Check]:
    print("\nFollowing the first piece of advice, one step")
    for each in sorted(followed, key=lambda each: list(FAULTS).index(each.fault)):
        print(each.line())
    faulty = [each for each in followed if each.visible]
    told = [each for each in faulty if each.advice is not None]
    kinds, lost = {each.fault for each in faulty}, {each.fault for each in faulty if not each.rose}
    print(f"- {len(followed) - len(faulty)} of {len(followed)} do not show and count for nothing")
    checks = []
    for name, group in (("the faulty pictures", faulty), ("those for which there is advice", told)):
        rose = sum(each.rose for each in group)
        print(f"{rose} of {len(group)} of {name} rose")
        checks.append(Check(f"advice: share of {name} that rise", rose / max(1, len(group)), SHARE, at_least=True))
    print(f"{len(kinds - lost)} of {len(kinds)} faults rose on every portrait they were tried on")
    return checks


def _show_small_faces(connected: list[list[Connected]]) -> Check:
    found = [steps for steps in connected if steps]
    print(f"\nPortraits amid {TIMES} times their size, boxes connected as advised: {len(found)} with such advice")
    for step in itertools.chain.from_iterable(found):
        print(step.line())
    if found:
        print(
            f"score {_spread([steps[0].before for steps in found])} ->{_spread([steps[-1].after for steps in found])}"
        )
    new = [step for steps in found for step in steps if not step.again]
    print(f"{sum(steps[-1].again for steps in found)} end with advice to connect what is connected")
    rose = sum(step.after > step.before for step in new) / max(1, len(new))
    return Check("small faces: share of boxes connected as advised that raise the score", rose, SHARE, at_least=True)


def _spread(values: list[float]) -> str:
    return f"{f'{median(values):.1f} ({min(values):.1f}..{max(values):.1f})':>24}"


if __name__ == "__main__":
    main()
