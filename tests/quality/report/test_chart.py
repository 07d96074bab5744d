"""The chart is a picture in which nothing overlaps or is cut off."""

from __future__ import annotations

from dataclasses import replace
from itertools import combinations

import pytest
import torch

from softfocus.canvas import Canvas, font, grade
from softfocus.quality import Effect, draw_chart, rank
from softfocus.quality.clip.clip_scores import ClipClarity, ClipScores, Emotion
from testing.quality.looks import PERFECT

UNMASKED = replace(
    PERFECT,
    note="The mask is empty, so the whole picture counts as one region.",
    kept_inside=None,
    kept_outside=None,
    selectivity_db=None,
    face_drift=None,
    kept_whole=0.4,
)
WILD = replace(PERFECT, kept_inside=123.4, selectivity_db=-38.5, glow=-4.2, halo_peak=255, clipped_percent=100)
ALONE = Effect("There is no mask, so the whole picture counts as one region.", False, 3.0, 4.0)
MASKED = Effect("", False, 3.0, 4.0, contrast_db=-12.5)
SEEN = ClipScores(
    ClipClarity(1.0, None, None), emotion=Emotion("contentment", True, {"contentment": 1.0}, 1.0, 1.0, -1.0)
)

CASES = {
    "one": [PERFECT],
    "wild": [WILD],
    "unmasked": [UNMASKED],
    "alone": [ALONE],
    "masked": [MASKED],
    "two": [PERFECT, WILD],
    "many": [replace(WILD, halo_peak=5.0 * k) for k in range(120)],
    "mixed": [PERFECT, UNMASKED],
    "two masked": [MASKED, MASKED],
    "two alone": [ALONE, ALONE],
    "none": [],
}


@pytest.mark.parametrize("clip", [False, True])
@pytest.mark.parametrize("case", CASES)
def test_texts_neither_overlap_nor_leave_the_page(case, clip, monkeypatch):
    boxes = []
    plain = Canvas.text

    def recorded(self, x, y, text, size, color=(0, 0, 0), anchor="lm", room=None):
        if room is not None:
            assert font(size).getlength(text) <= room, f"{text!r} is cut"
        boxes.append((text, self._draw.textbbox((x, y), text, font=font(size), anchor=anchor)))
        plain(self, x, y, text, size, color, anchor, room)

    monkeypatch.setattr(Canvas, "text", recorded)
    chart = draw_chart(rank(CASES[case]).scores, [SEEN] * len(CASES[case]) if clip else ())
    height, width = chart.shape[-2:]
    for text, (left, top, right, bottom) in boxes:
        assert 0 <= left and right <= width and 0 <= top and bottom <= height, text
    for (first, a), (second, b) in combinations(boxes, 2):
        assert a[2] <= b[0] or b[2] <= a[0] or a[3] <= b[1] or b[3] <= a[1], (first, second)


@pytest.mark.parametrize("case", CASES)
def test_chart_is_one_picture(case):
    chart = draw_chart(rank(CASES[case]).scores)
    assert chart.dtype == torch.float32 and chart.shape[:2] == (1, 3)
    assert chart.amin() >= 0 and chart.amax() <= 1
    assert chart.std() > 0.01
    assert chart.shape[-1] <= 1024 and chart.shape[-2] <= 1024


def test_bars_grow_with_the_value():
    def inked(drift: float) -> int:
        chart = draw_chart(rank([replace(PERFECT, face_drift=drift)]).scores)[0]
        color = torch.tensor(grade(1.0)) / 255
        return int((chart - color[:, None, None]).abs().amax(0).lt(0.01).sum())

    assert inked(0.2) < inked(0.5) < inked(0.9)


def test_grades_are_three_apart():
    assert len({grade(0.0), grade(0.5), grade(1.0)}) == 3
