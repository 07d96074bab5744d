"""Scores by CLIP, as sentences and as data."""

from __future__ import annotations

import textwrap
from dataclasses import asdict

from .clip_scores import ClipClarity, ClipScores, Emotion, PhraseSeen

LONGEST = 60  # characters of a phrase that a sentence quotes


def describe_clarity(scores: ClipScores) -> list[str]:
    """One sentence for each thing that is known of the picture besides its emotion; none where nothing is."""
    lines = [] if scores.clarity is None else [_clarity(scores.clarity)]
    if scores.coverage is not None:
        lines += _coverage(scores.coverage, scores.phrases)
    if scores.aesthetic is not None:
        lines.append(f"LAION's aesthetic value is {scores.aesthetic:.2f} (about 1 to 10).")
    return lines


def clip_data(scores: ClipScores) -> dict[str, object]:
    """The attributes of `ClipScores` as plain dicts, lists, numbers of four decimals, and None, for JSON."""
    return {name: rounded(value) for name, value in asdict(scores).items()}


def _clarity(clarity: ClipClarity) -> str:
    parts = [f"{100 * clarity.whole:.0f} % for the whole picture"]
    if clarity.face is not None:
        parts.append(f"{100 * clarity.face:.0f} % for the face")
    if clarity.background is not None:
        parts.append(f"{100 * clarity.background:.0f} % for the background")
    return f"Clarity by CLIP (sharp, clean, clear rather than their opposites): {', '.join(parts)}."


def _coverage(coverage: float, phrases: tuple[PhraseSeen, ...]) -> list[str]:
    least = min(phrases, key=lambda each: each.cosine)
    if len(phrases) == 1:
        return [f"{_quoted(least)} of the prompt is seen with a cosine of {coverage:.3f} ({least.where})."]
    most = max(phrases, key=lambda each: each.cosine)
    return [
        f"The {len(phrases)} phrases of the prompt are seen with a cosine of {coverage:.3f} on average: "
        f"{_quoted(most)} most ({most.cosine:.3f}, {most.where}), {_quoted(least)} least ({least.cosine:.3f})."
    ]


def describe_emotion(emotion: Emotion) -> str:
    """What the picture makes people feel, as a sentence."""
    share = 100 * emotion.probabilities[emotion.target]
    which = f"{emotion.target} has" if emotion.intended else f"{emotion.target} is most likely with"
    return (
        f"By CLIP (experimental; compare within a batch only): {which} {share:.0f} %, "
        f"{100 * emotion.interaction:+.0f} points against no feeling at all; "
        f"valence {emotion.valence:+.2f}, arousal {emotion.arousal:+.2f}."
    )


def _quoted(seen: PhraseSeen) -> str:
    return f'"{textwrap.shorten(seen.phrase, LONGEST, placeholder="...")}"'


def rounded(value: object) -> object:
    """Nested dicts and lists with their numbers to four decimals."""
    if isinstance(value, float):
        return round(value, 4)
    if isinstance(value, dict):
        return {key: rounded(each) for key, each in value.items()}
    return [rounded(each) for each in value] if isinstance(value, (list, tuple)) else value
