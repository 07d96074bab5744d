"""The two sides that AIGI-VC judges, apart: how clearly a picture shows what it should, and what it makes people feel.

Y. Tian et al., "AI-generated image quality assessment in visual communication", 2025. The first is measured, and
judged by CLIP where that is connected; the second is CLIP's alone.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence

from ..clarity.clarity import Clarity
from ..clarity.clarity_report import describe_natural
from ..clip.clip_report import describe_clarity, describe_emotion
from ..clip.clip_scores import ClipScores
from ..clip.clip_standing import Standing, standing

CLARITY, EMOTION = "Information clarity", "Emotional interaction"
NOT_JUDGED = f"{EMOTION} is not judged: it needs CLIP, that is clip and clip_vision."


def describe_sides(measured: Clarity | None, judged: ClipScores | None) -> list[str]:
    """A heading and sentences for each side of one picture."""
    clear = [] if measured is None else describe_natural(measured)
    clear += [] if judged is None else describe_clarity(judged)
    felt = [] if judged is None or judged.emotion is None else [f"{EMOTION}:", describe_emotion(judged.emotion)]
    return ([f"{CLARITY}:", *clear] if clear else []) + (felt or [NOT_JUDGED])


def describe_orders(batch: Sequence[ClipScores | None]) -> list[str]:
    """The order that each side alone would give a batch; none where CLIP knows less than two pictures of it."""
    places = standing(batch)
    orders = ((CLARITY, _order(places, _clear)), (EMOTION, _order(places, lambda place: place.emotion)))
    return [f"By {side.lower()} alone, as CLIP has it: {order}." for side, order in orders if order]


def sides_of(judged: ClipScores | None) -> tuple[float | None, float | None]:
    """Shares in 0..1 for a chart: how clear, and how likely the intended or likeliest emotion; None where unknown."""
    if judged is None:
        return None, None
    emotion = judged.emotion
    return (
        None if judged.clarity is None else judged.clarity.whole,
        None if emotion is None else emotion.probabilities[emotion.target],
    )


def _order(places: Sequence[Standing], side: Callable[[Standing], float | None]) -> str:
    known = [(value, index) for index, place in enumerate(places) if (value := side(place)) is not None]
    return ", ".join(str(index) for _, index in sorted(known, key=lambda each: -each[0])) if len(known) > 1 else ""


def _clear(place: Standing) -> float | None:
    known = [value for value in (place.clarity, place.coverage) if value is not None]
    return sum(known) / len(known) if known else None
