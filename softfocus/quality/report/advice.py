"""What to turn next, in words and as data: for every weak part of a score one widget."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from ..effect.effect import Effect
from ..regions import EMPTY_MASK
from .diagnosis import DIAGNOSES
from .score import Goal, Part, Score, format_value
from .turn import Direction, Turn

GOOD_ENOUGH = 0.9  # parts below this get advice
MOST_ADVICE = 4


@dataclass(frozen=True)
class Advice:
    """One thing to change.

    Attributes:
        node: display name.
        widget: as on the node; for connect and disconnect a socket.
        direction: raise, lower, connect, disconnect, or whiten (a colour, towards #ffffff).
        sentence: the measurement with its target, a cause, and what to turn.
    """

    node: str
    widget: str
    direction: Direction
    sentence: str


MASK_FIRST = Advice(
    "Quality Score",
    "mask",
    "connect",
    "The face cannot be judged apart from the rest: connect a mask with something in it, or disconnect this one.",
)


def advise(score: Score) -> list[Advice]:
    """Advice for the parts that cost the most, the most costly first; none where every part is good enough.

    An empty mask is the first thing to mend: what is measured without it is not about the face.
    """
    if score.effect.note == EMPTY_MASK:
        return [MASK_FIRST]
    weak = sorted((part for part in score.parts if part.score < GOOD_ENOUGH), key=_remaining)
    found = [(part, find) for part in weak if (find := _diagnosis(part.goal))]
    return [_advice(part, find(score.effect)) for part, find in found[:MOST_ADVICE]]


def _diagnosis(goal: Goal) -> Callable[[Effect], Turn] | None:
    return DIAGNOSES.get(goal.name) or DIAGNOSES.get(goal.source)


def _remaining(part: Part) -> float:
    """Share of the score that is left with this part as it is: small for the most costly part."""
    return 1 - part.goal.weight * (1 - part.score) if part.goal.weight else part.score


def _advice(part: Part, turn: Turn) -> Advice:
    goal = part.goal
    measured = f"{goal.name.capitalize()} {format_value(part.value)} {goal.unit} (target {goal.target})"
    return Advice(turn.node, turn.widget, turn.direction, f"{measured}: {turn.sentence()}.")
