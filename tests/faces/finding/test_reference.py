"""Real portraits: how many annotated faces are found, and how many finds are none."""

from __future__ import annotations

from functools import partial

from softfocus.faces import detect_faces, find_faces
from testing import portraits
from testing.faces.portrait import nets
from testing.faces.reference import measure


def test_recall_and_false_hits_on_annotated_pictures():
    methods = {"detector": partial(detect_faces, nets()), "and mesh": partial(find_faces, nets())}
    alone, meshed = measure(methods, portraits.portraits(), runs=1).values()
    assert alone.wanted >= 50
    assert alone.recall >= 0.96 and alone.false_hits <= 4
    assert meshed.recall >= 0.96 and meshed.false_hits <= 1
    assert sum(meshed.overlaps) / len(meshed.overlaps) > 0.78
