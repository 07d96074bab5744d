"""A prompt of any kind becomes a few plain phrases, and the texts that CLIP compares are what they should be."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from softfocus.quality.clip import clip_texts
from softfocus.quality.clip.clip_texts import MAX_LENGTH, MAX_PHRASES, prompt_phrases

CASES = {
    "": (),
    " ,, ;\n . ": (),
    "...!!!, ---, ()": (),
    "a cat, red hair": ("a cat", "red hair"),
    "a cat, A Cat , a cat.": ("a cat",),
    "(blue eyes, red hair:1.2), ((sun))": ("blue eyes", "red hair", "sun"),
    "[fog:.8], {rain: -1 }": ("fog", "rain"),
    "a (red:1.3) fox in [deep:0.5] snow": ("a red fox in deep snow",),
    "portrait <lora:film_v2:0.8>, <lyco:x:1>": ("portrait",),
    "a cat BREAK a dog AND a hen :1.5": ("a cat", "a dog", "a hen"),
    "BREAKFAST with sand and ANDY": ("BREAKFAST with sand and ANDY",),
    "ratio 16:9, it is 10:30": ("ratio 16:9", "it is 10:30"),
    r"a \(real\) cat, smile\_face": ("a real cat", "smile face"),
    "blue_eyes, 1girl": ("blue eyes", "1girl"),
    "<b>a cat</b>, tea &amp; cake, &lt;i&gt;sun": ("a cat", "tea & cake", "sun"),
    "<!-- no --> <a href='x, y'>sea</a>": ("sea",),
    "a <3 heart, 2 > 1": ("a 3 heart", "2 1"),
    "hair<|endoftext|> long": ("hair long",),
    "embedding:easynegative, a cat EMBEDDING:x.pt": ("a cat",),
    "\U0001f600, a \U0001f431\u200d\U0001f464 cat": ("\U0001f600", "a \U0001f431\u200d\U0001f464 cat"),
    "a \ud83d cat \x00\x01, tab\there": ("a cat", "tab here"),
    "\u5c11\u5973\uff0c\u82b1\u3002\u6d77": ("\u5c11\u5973", "\u82b1", "\u6d77"),
    "A woman smiles. Behind her, the sea! F/1.8": ("A woman smiles", "Behind her", "the sea", "F/1.8"),
    "day | night": ("day", "night"),
}


@pytest.mark.parametrize("prompt", CASES)
def test_phrases_of(prompt):
    assert prompt_phrases(prompt).kept == CASES[prompt]
    assert prompt_phrases(prompt).note == ""


@settings(max_examples=200, deadline=None)
@given(prompt=st.text(st.characters() | st.sampled_from("()[]{}<>:,.\\_&;1 \n"), max_size=300))
@example(prompt="\ud83d")
@example(prompt="x" * 10_000)
def test_any_text_gives_plain_short_phrases(prompt):
    phrases = prompt_phrases(prompt)
    assert len(phrases.kept) <= MAX_PHRASES and phrases.count >= len(phrases.kept)
    assert len({phrase.casefold() for phrase in phrases.kept}) == len(phrases.kept)
    for phrase in phrases.kept:
        assert 0 < len(phrase) <= MAX_LENGTH and phrase == phrase.strip()
        assert not set(phrase) & set("()[]{}<>\\_,;|\n\x00")
        phrase.encode("utf-8")


@settings(max_examples=50, deadline=None)
@given(words=st.lists(st.from_regex(r"[a-z]{1,9}( [a-z]{1,9}){0,3}", fullmatch=True), min_size=1, max_size=10))
def test_weights_and_brackets_change_nothing(words):
    plain = prompt_phrases(", ".join(words)).kept
    assert plain == tuple(dict.fromkeys(words))
    dressed = ", ".join(f"({word}:1.{place})" if place % 2 else f"[[{word}]]" for place, word in enumerate(words))
    assert prompt_phrases(dressed + " <lora:a:1>").kept == plain


def test_more_phrases_than_the_limit_are_said():
    many = ", ".join(f"thing {number}" for number in range(MAX_PHRASES + 3))
    phrases = prompt_phrases(many)
    assert phrases.kept == tuple(f"thing {number}" for number in range(MAX_PHRASES))
    assert phrases.note == f"The prompt has {MAX_PHRASES + 3} phrases; only the first {MAX_PHRASES} were looked for."


def test_a_long_phrase_is_cut_between_words():
    text = " ".join(f"word{number}" for number in range(200))
    pieces = prompt_phrases(text).kept
    assert " ".join(pieces) == text and len(pieces) > 1
    assert all(MAX_LENGTH - 10 < len(piece) <= MAX_LENGTH for piece in pieces[:-1])


@pytest.mark.parametrize("unit", ["<a", "((", ":1", "a: ", " ", "a, ", "<b>x", "&lt;", "embedding:", "\U0001f600", "x"])
def test_ten_thousand_characters_are_no_more_than_the_limit(unit):
    """`benchmarks.latency.prompt_phrases` says how the time grows with the length."""
    prompt = "a" + unit * (10_000 // len(unit)) + "b"
    assert len(prompt_phrases(prompt).kept) <= MAX_PHRASES


def test_texts_are_all_different_and_complete():
    texts = [text for pair in (*clip_texts.PAIRS, clip_texts.FACE_PAIR) for text in pair]
    texts += [
        form.format(word)
        for form in clip_texts.EMOTION_TEMPLATES
        for word in (*clip_texts.EMOTIONS, clip_texts.NEUTRAL)
    ]
    assert len(set(texts)) == len(texts)
    assert len(set(clip_texts.EMOTIONS)) == 8
    assert not set(clip_texts.EXCITING) & set(clip_texts.CALMING)
    assert set(clip_texts.EXCITING + clip_texts.CALMING) <= set(clip_texts.EMOTIONS)
