"""Information clarity and emotional interaction stay apart: in the report, in the order of a batch, in the chart."""

from __future__ import annotations

import pytest

from softfocus.canvas import Canvas
from softfocus.quality import draw_chart, rank, write_report
from softfocus.quality.clip.clip_scores import ClipClarity, ClipScores, Emotion
from softfocus.quality.clip.clip_texts import EMOTIONS
from softfocus.quality.report.sides import CLARITY, EMOTION, NOT_JUDGED
from testing.quality.looks import PERFECT


def judged(clear: float, felt: float, intended: bool = True) -> ClipScores:
    rest = (1 - felt) / (len(EMOTIONS) - 1)
    probabilities = {name: felt if name == "awe" else rest for name in EMOTIONS}
    emotion = Emotion("awe", intended, probabilities, felt - 0.1, 0.2, 0.1)
    return ClipScores(ClipClarity(clear, None, None), emotion=emotion)


def texts_of(monkeypatch: pytest.MonkeyPatch, *arguments) -> list[str]:
    seen: list[str] = []
    plain = Canvas.text

    def recorded(self, x, y, text, *rest, **more):
        seen.append(text)
        plain(self, x, y, text, *rest, **more)

    monkeypatch.setattr(Canvas, "text", recorded)
    draw_chart(*arguments)
    return seen


def test_each_side_has_its_heading_and_its_sentences():
    lines = write_report(rank([PERFECT], [judged(0.8, 0.6)]), clip=[judged(0.8, 0.6)]).split("\n\n")[0].splitlines()
    clear, felt = lines.index(f"{CLARITY}:"), lines.index(f"{EMOTION}:")
    assert clear < felt and lines[clear + 1].startswith("Clarity by CLIP") and "awe has 60 %" in lines[felt + 1]
    assert not any("awe" in line for line in lines[:felt]) and NOT_JUDGED not in lines


def test_without_clip_emotion_is_said_to_need_it():
    assert NOT_JUDGED in write_report(rank([PERFECT]))


def test_each_side_orders_a_batch_by_itself():
    batch = [judged(0.9, 0.2), judged(0.5, 0.9), judged(0.7, 0.5)]
    report = write_report(rank([PERFECT] * 3, batch), clip=batch)
    assert "By information clarity alone, as CLIP has it: 0, 2, 1." in report
    assert "By emotional interaction alone, as CLIP has it: 1, 2, 0." in report


def test_likeliest_emotions_of_different_pictures_make_no_order():
    batch = [judged(0.9, 0.2, False), judged(0.5, 0.9, False)]
    report = write_report(rank([PERFECT] * 2, batch), clip=batch)
    assert "information clarity alone" in report and "emotional interaction alone" not in report


@pytest.mark.parametrize("count", [1, 2, 16])
def test_the_chart_shows_both_sides_or_why_one_is_missing(monkeypatch, count):
    batch = [judged(0.83, 0.61)] * count
    shown = texts_of(monkeypatch, rank([PERFECT] * count, batch).scores, batch)
    assert sum("83 %" in text for text in shown) == sum("61 %" in text for text in shown) == count
    assert NOT_JUDGED not in shown
    assert NOT_JUDGED in texts_of(monkeypatch, rank([PERFECT] * count).scores)
