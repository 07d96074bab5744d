"""The scores mean what their docstrings say, on embeddings made up for it."""

from __future__ import annotations

import json
import math
import zlib
from collections.abc import Sequence
from dataclasses import replace

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor
from torch.nn.functional import normalize

from softfocus.quality.clip.clip_report import clip_data, describe_clarity, describe_emotion
from softfocus.quality.clip.clip_scores import ClipScores, embed_texts, good_side, judge_emotion, score_views
from softfocus.quality.clip.clip_standing import standing
from softfocus.quality.clip.clip_texts import EMOTION_TEMPLATES, EMOTIONS, NEUTRAL, PAIRS
from softfocus.quality.clip.clip_views import BACKGROUND, CROPS, FACE, WHOLE

WIDTH = 32
NAMES = (WHOLE, *CROPS, FACE, BACKGROUND)
seeds = st.integers(0, 999)


def encode(texts: Sequence[str]) -> Tensor:
    """A vector [N, WIDTH] of any length for each text, always the same."""
    rows = []
    for text in texts:
        generator = torch.Generator().manual_seed(zlib.crc32(text.encode()))
        rows.append(torch.randn(WIDTH, generator=generator))
    return torch.stack(rows)


TEXTS = embed_texts(encode, ["a cat", "a dog", "the sea"])


def views_of(seed: int, names: Sequence[str] = NAMES, spread: float = 0.05) -> dict[str, Tensor]:
    """Embeddings that lie near each other, as those of one picture do."""
    generator = torch.Generator().manual_seed(seed)
    middle = torch.randn(WIDTH, generator=generator)
    return {name: middle + spread * torch.randn(WIDTH, generator=generator) for name in names}


def swapped() -> object:
    return replace(TEXTS, good=TEXTS.bad, bad=TEXTS.good)


@settings(max_examples=50, deadline=None)
@given(seed=seeds)
def test_swapped_pairs_give_the_opposite_probability(seed):
    views = views_of(seed)
    one, other = score_views(views, TEXTS).clarity, score_views(views, swapped()).clarity
    for part in ("whole", "face", "background"):
        assert getattr(one, part) + getattr(other, part) == pytest.approx(1, abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(seed=seeds)
def test_one_swapped_pair_changes_its_own_share(seed):
    view = normalize(views_of(seed)[WHOLE], dim=0)
    good, bad = TEXTS.good.clone(), TEXTS.bad.clone()
    good[1], bad[1] = TEXTS.bad[1], TEXTS.good[1]
    alone = good_side(view, TEXTS.good[1:2], TEXTS.bad[1:2])
    change = good_side(view, good, bad) - good_side(view, TEXTS.good, TEXTS.bad)
    assert change == pytest.approx((1 - 2 * alone) / len(good), abs=1e-6)


@settings(max_examples=50, deadline=None)
@given(seed=seeds)
def test_clarity_is_the_softmax_of_a_hundred_cosines(seed):
    view = views_of(seed)[WHOLE]
    wanted = []
    for good, bad in PAIRS:
        cosines = torch.cosine_similarity(encode([good, bad]), view[None])
        wanted.append(float(torch.softmax(100 * cosines, 0)[0]))
    assert score_views({WHOLE: view}, TEXTS).clarity.whole == pytest.approx(sum(wanted) / len(PAIRS), abs=1e-5)


@settings(max_examples=50, deadline=None)
@given(seed=seeds, length=st.floats(0.01, 100), emotion=st.sampled_from(["auto", *EMOTIONS]))
def test_lengths_of_embeddings_do_not_count(seed, length, emotion):
    views = views_of(seed)
    one = score_views(views, TEXTS, emotion)
    other = score_views({name: length * view for name, view in views.items()}, TEXTS, emotion)
    assert numbers(other) == pytest.approx(numbers(one), abs=1e-4)


def numbers(scores: ClipScores) -> list[float]:
    assert scores.clarity and scores.emotion and scores.coverage is not None
    seen = [each.cosine for each in scores.phrases]
    feeling = scores.emotion
    kept = [feeling.interaction, feeling.valence, feeling.arousal, *feeling.probabilities.values()]
    return [scores.clarity.whole, scores.clarity.face or 0, scores.coverage, *seen, *kept]


def test_only_the_face_is_asked_about_its_skin():
    views = views_of(1)
    other = replace(TEXTS, good=torch.cat([TEXTS.good[:-1], TEXTS.bad[-1:]]))
    one, two = score_views(views, TEXTS).clarity, score_views(views, other).clarity
    assert (one.whole, one.background) == (two.whole, two.background)
    assert one.face != two.face
    without = score_views({WHOLE: views[WHOLE]}, TEXTS).clarity
    assert without.whole == one.whole and without.face is None and without.background is None


@settings(max_examples=50, deadline=None)
@given(seed=seeds, place=st.sampled_from([WHOLE, *CROPS]), phrase=st.integers(0, 2))
def test_a_phrase_is_found_where_it_is(seed, place, phrase):
    views = views_of(seed)
    before = score_views(views, TEXTS)
    views[place] = 3 * TEXTS.phrases[phrase]
    after = score_views(views, TEXTS)
    seen = after.phrases[phrase]
    assert (seen.phrase, seen.where) == (TEXTS.names[phrase], place)
    assert seen.cosine == pytest.approx(1, abs=1e-5) and seen.cosine > before.phrases[phrase].cosine
    assert after.coverage == pytest.approx(sum(each.cosine for each in after.phrases) / 3, abs=1e-6)


def test_phrases_are_not_looked_for_in_the_face_crop():
    views = views_of(2)
    before = score_views(views, TEXTS).phrases
    views[FACE] = views[BACKGROUND] = TEXTS.phrases[0]
    assert score_views(views, TEXTS).phrases == before


def test_without_phrases_there_is_no_coverage():
    scores = score_views(views_of(3), embed_texts(encode, []))
    assert scores.coverage is None and scores.phrases == ()
    assert not any("phrase" in line for line in describe_clarity(scores))


@pytest.mark.parametrize("word", EMOTIONS)
def test_a_picture_of_an_emotion_has_it(word):
    view = TEXTS.emotions[EMOTIONS.index(word)]
    found = judge_emotion(view, TEXTS.emotions)
    assert found.target == word and not found.intended
    assert found.interaction > 0.9 and sum(found.probabilities.values()) == pytest.approx(1, abs=1e-6)
    assert found.valence == pytest.approx(1 if EMOTIONS.index(word) < 4 else -1, abs=0.1)
    arousal = {"awe": 1, "excitement": 1, "anger": 1, "fear": 1, "contentment": -1, "sadness": -1}
    assert found.arousal == pytest.approx(arousal.get(word, 0), abs=0.1)
    other = judge_emotion(view, TEXTS.emotions, "fear" if word != "fear" else "awe")
    assert other.intended and other.interaction < found.interaction


def test_a_picture_of_no_feeling_stays_below_it():
    assert judge_emotion(TEXTS.emotions[-1], TEXTS.emotions).interaction < -0.9


@settings(max_examples=50, deadline=None)
@given(seed=seeds, emotion=st.sampled_from(["auto", *EMOTIONS]))
def test_emotion_is_bounded(seed, emotion):
    found = score_views(views_of(seed), TEXTS, emotion).emotion
    assert all(abs(value) <= 1 + 1e-6 for value in (found.interaction, found.valence, found.arousal))
    assert all(0 <= value <= 1 for value in found.probabilities.values())


def test_templates_are_averaged_as_unit_vectors():
    for place, word in enumerate((*EMOTIONS, NEUTRAL)):
        vectors = [normalize(encode([form.format(word)])[0], dim=0) for form in EMOTION_TEMPLATES]
        assert torch.allclose(TEXTS.emotions[place], normalize(sum(vectors), dim=0), atol=1e-6)


def test_an_emotion_of_no_such_name():
    with pytest.raises(ValueError, match="emotion is 'joy'; it must be one of auto, amusement"):
        score_views(views_of(1), TEXTS, "joy")


def test_sentences_say_what_is_known():
    views = views_of(4)
    views["middle"] = TEXTS.phrases[1]
    views[WHOLE] = views[WHOLE] - TEXTS.phrases[2] * float(views[WHOLE] @ TEXTS.phrases[2])
    scores = replace(score_views(views, TEXTS, "awe"), aesthetic=5.678)
    text = " ".join([*describe_clarity(scores), describe_emotion(scores.emotion)])
    for part in ('"a dog" most (1.000, middle)', " least (", "experimental", "awe has", "5.68", "for the face"):
        assert part in text
    assert "most likely" in describe_emotion(score_views(views, TEXTS).emotion)
    assert describe_clarity(ClipScores()) == []
    assert describe_clarity(ClipScores(aesthetic=5.0)) == ["LAION's aesthetic value is 5.00 (about 1 to 10)."]


def test_least_seen_phrase_is_named_and_long_ones_are_cut():
    names = ("short", "very long " * 20)
    texts = replace(TEXTS, phrases=TEXTS.phrases[:2], names=names)
    least = describe_clarity(score_views({WHOLE: TEXTS.phrases[0]}, texts))[1]
    assert '"short" most (1.000, whole picture), "very long very long' in least and len(least) < 220
    single = replace(TEXTS, phrases=TEXTS.phrases[:1], names=names[:1])
    assert '"short" of the prompt is seen with a cosine of 1.000 (whole picture).' in describe_clarity(
        score_views({WHOLE: TEXTS.phrases[0]}, single)
    )


def test_data_is_json_of_short_numbers():
    data = clip_data(score_views(views_of(5), TEXTS, "anger"))
    assert json.loads(json.dumps(data)) == data
    assert set(data) == {"clarity", "coverage", "phrases", "emotion", "aesthetic"}
    assert [each["phrase"] for each in data["phrases"]] == list(TEXTS.names)
    assert data["coverage"] == round(data["coverage"], 4) and data["aesthetic"] is None
    assert clip_data(ClipScores())["clarity"] is None


@settings(max_examples=50, deadline=None)
@given(batch=st.lists(st.none() | seeds, max_size=6), emotion=st.sampled_from(["auto", "awe"]))
def test_standing_is_about_the_mean_of_the_batch(batch, emotion):
    scores = [None if seed is None else score_views(views_of(seed), TEXTS, emotion) for seed in batch]
    places = standing(scores)
    assert [place.clarity is None for place in places] == [each is None for each in scores]
    assert all(place.emotion is None for place in places) == (emotion == "auto" or not any(scores))
    for name in ("clarity", "coverage", "emotion"):
        values = [getattr(place, name) for place in places if getattr(place, name) is not None]
        assert math.fsum(values) == pytest.approx(0, abs=1e-6)
    known = [(each.clarity.whole, place.clarity) for each, place in zip(scores, places, strict=True) if each]
    assert [odds for _, odds in sorted(known)] == sorted(odds for _, odds in known)


def test_standing_of_two_is_half_their_log_odds():
    scores = [score_views(views_of(seed), TEXTS, "awe") for seed in (1, 2)]
    first, second = (each.clarity.whole for each in scores)
    wanted = (math.log(first / (1 - first)) - math.log(second / (1 - second))) / 2
    assert standing(scores)[0].clarity == pytest.approx(wanted, abs=1e-6)
    assert standing(scores)[1].coverage == pytest.approx(50 * (scores[1].coverage - scores[0].coverage), abs=1e-6)
    assert standing([]) == [] and standing(scores[:1])[0].clarity == 0
