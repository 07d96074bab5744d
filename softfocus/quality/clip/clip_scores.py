"""Scores of a picture by CLIP: clarity, how much of the prompt is seen, emotion, and an aesthetic value.

All of it comes from cosines between an embedding of the picture and embeddings of texts (`clip_texts`), in float32.
CLIP agrees only roughly with people (Y. Tian et al., "AI-generated image quality assessment in visual communication",
2025): compare pictures of one prompt with each other, as `clip_standing` does, and take no value for the truth.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

import torch
from torch import Tensor
from torch.nn.functional import normalize

from .clip_texts import (
    AUTO,
    CALMING,
    EMOTION_TEMPLATES,
    EMOTIONS,
    EXCITING,
    FACE_PAIR,
    NEGATIVE,
    NEUTRAL,
    PAIRS,
    PHRASE_TEMPLATE,
    POSITIVE,
)
from .clip_views import BACKGROUND, CROPS, FACE, WHOLE

SCALE = 100.0  # logits per unit of cosine: where CLIP's training ended, at its own limit


@dataclass(frozen=True)
class TextEmbeddings:
    """Unit vectors, float32.

    Attributes:
        good, bad: [P, D], the sides of `PAIRS`, and of `FACE_PAIR` as the last.
        emotions: [9, D], `EMOTIONS` in order, then `NEUTRAL`.
        phrases: [N, D], N may be 0.
        names: the N phrases.
    """

    good: Tensor
    bad: Tensor
    emotions: Tensor
    phrases: Tensor
    names: tuple[str, ...]


@dataclass(frozen=True)
class ClipClarity:
    """Probability, 0..1, of the good side, averaged over the pairs of opposites; None where there is no such part."""

    whole: float
    face: float | None
    background: float | None


@dataclass(frozen=True)
class PhraseSeen:
    """A phrase of the prompt, the largest cosine of its text with a part of the picture, and that part's name."""

    phrase: str
    cosine: float
    where: str


@dataclass(frozen=True)
class Emotion:
    """Experimental: what a picture makes people feel, by CLIP.

    Attributes:
        target: the intended emotion, or the most likely one.
        intended: whether it is the intended one.
        probabilities: of the eight emotions, sum 1.
        interaction: probability of the target less that of no particular feeling, among these nine; -1..1.
        valence: pleasant less unpleasant emotions, -1..1.
        arousal: exciting less calming emotions, -1..1.
    """

    target: str
    intended: bool
    probabilities: Mapping[str, float]
    interaction: float
    valence: float
    arousal: float


@dataclass(frozen=True)
class ClipScores:
    """Of one picture; None where something for it was missing.

    Attributes:
        clarity, emotion: as their classes say.
        coverage: mean cosine over `phrases`; None without any.
        phrases: in the prompt's order.
        aesthetic: LAION's value, about 1 to 10.
    """

    clarity: ClipClarity | None = None
    coverage: float | None = None
    phrases: tuple[PhraseSeen, ...] = ()
    emotion: Emotion | None = None
    aesthetic: float | None = None


def embed_texts(encode: Callable[[Sequence[str]], Tensor], phrases: Sequence[str]) -> TextEmbeddings:
    """All texts that are needed, through `encode`: from N texts to [N, D], of any length."""
    pairs = (*PAIRS, FACE_PAIR)
    groups = [[good for good, _ in pairs], [bad for _, bad in pairs]]
    groups += [[form.format(feeling) for form in EMOTION_TEMPLATES] for feeling in (*EMOTIONS, NEUTRAL)]
    groups += [[PHRASE_TEMPLATE.format(phrase) for phrase in phrases]]
    vectors = normalize(encode([text for group in groups for text in group]).float(), dim=-1)
    good, bad, *feelings, phrase_vectors = vectors.split([len(group) for group in groups])
    emotions = normalize(torch.stack([feeling.mean(0) for feeling in feelings]), dim=-1)
    return TextEmbeddings(good, bad, emotions, phrase_vectors, tuple(phrases))


def score_views(views: Mapping[str, Tensor], texts: TextEmbeddings, emotion: str = AUTO) -> ClipScores:
    """Scores of one picture, without the aesthetic value.

    Args:
        views: image embeddings [D] of any length by the names of `clip_views`; `WHOLE` must be there.
        texts: on the same device.
        emotion: "auto" or one of `EMOTIONS`.

    Raises:
        ValueError: `emotion` is no such word.
    """
    check_emotion(emotion)
    unit = {name: normalize(view.float(), dim=-1) for name, view in views.items()}
    common = slice(0, len(PAIRS))
    clarity = ClipClarity(
        good_side(unit[WHOLE], texts.good[common], texts.bad[common]),
        good_side(unit[FACE], texts.good, texts.bad) if FACE in unit else None,
        good_side(unit[BACKGROUND], texts.good[common], texts.bad[common]) if BACKGROUND in unit else None,
    )
    phrases = _phrases_seen({name: view for name, view in unit.items() if name in (WHOLE, *CROPS)}, texts)
    coverage = math.fsum(each.cosine for each in phrases) / len(phrases) if phrases else None
    return ClipScores(clarity, coverage, phrases, judge_emotion(unit[WHOLE], texts.emotions, emotion))


def check_emotion(emotion: str) -> None:
    """Raise ValueError unless it is "auto" or one of `EMOTIONS`."""
    if emotion not in (AUTO, *EMOTIONS):
        raise ValueError(f"emotion is {emotion!r}; it must be one of {', '.join((AUTO, *EMOTIONS))}")


def good_side(view: Tensor, good: Tensor, bad: Tensor) -> float:
    """Mean over the pairs of the softmax of SCALE times the two cosines: unit vectors [D], [P, D] and [P, D]."""
    return float(torch.sigmoid(SCALE * ((good @ view) - (bad @ view))).mean())


def judge_emotion(view: Tensor, emotions: Tensor, target: str = AUTO) -> Emotion:
    """Emotion by unit vectors [D] and [9, D], the last being the neutral one."""
    logits = SCALE * (emotions @ view)
    among_eight = torch.softmax(logits[:-1], 0).tolist()
    among_nine = torch.softmax(logits, 0).tolist()
    of = dict(zip(EMOTIONS, among_eight, strict=True))
    name = max(of, key=lambda word: of[word]) if target == AUTO else target
    return Emotion(
        target=name,
        intended=target != AUTO,
        probabilities=of,
        interaction=among_nine[EMOTIONS.index(name)] - among_nine[-1],
        valence=math.fsum(of[word] for word in POSITIVE) - math.fsum(of[word] for word in NEGATIVE),
        arousal=math.fsum(of[word] for word in EXCITING) - math.fsum(of[word] for word in CALMING),
    )


def _phrases_seen(views: Mapping[str, Tensor], texts: TextEmbeddings) -> tuple[PhraseSeen, ...]:
    cosines = texts.phrases @ torch.stack(list(views.values())).T
    names = list(views)
    best = [max(range(len(names)), key=row.__getitem__) for row in cosines.tolist()]
    return tuple(
        PhraseSeen(phrase, float(row[place]), names[place])
        for phrase, row, place in zip(texts.names, cosines, best, strict=True)
    )
