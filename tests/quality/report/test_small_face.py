"""A small face that looks wrong gets its boxes connected where they are missing, and that helps."""

from __future__ import annotations

from dataclasses import replace

import pytest
from torch import Tensor
from torch.nn.functional import interpolate

from softfocus.at_settings import apply_bloom, apply_blur, apply_sharpen
from softfocus.face_box import FaceBox
from softfocus.faces import detail_mask, face_width
from softfocus.quality import Measured, Score, measure_effect, score_effect
from softfocus.quality.report.advice import advise
from softfocus.quality.report.small_face import SMALL, of_another_scale
from softfocus.quality.report.turn import BLOOM, BLUR, SHARPEN
from testing.faces.portrait import face
from testing.quality import looks
from testing.quality.looks import PERFECT

SIZE, TIMES = 224, 3


@pytest.fixture(scope="module")
def portrait() -> tuple[Tensor, Tensor, FaceBox]:
    """NASA's astronaut amid mirrored surroundings: picture, detail mask, and the box of the small face."""
    found, (picture, _) = face(), looks.real(SIZE)
    assert found.landmarks is not None
    mask = interpolate(detail_mask(looks.real(512)[0], [[found]]), (SIZE, SIZE), mode="area")
    box = FaceBox(*found.box, face_width(found.landmarks)).resized(SIZE / 512, SIZE / 512)
    box = replace(box, left=box.left + looks.margin(SIZE, TIMES), top=box.top + looks.margin(SIZE, TIMES))
    return looks.amid(picture, TIMES), looks.amid_nothing(mask, TIMES), box


def made(portrait: tuple[Tensor, Tensor, FaceBox], boxed: set[str]) -> Score:
    """Score of the default look where the nodes of these names know the box."""
    picture, mask, box = portrait
    faces = {node: [[box]] if node in boxed else None for node in (BLUR, BLOOM, SHARPEN)}
    soft = apply_blur(picture, protect=mask, faces=faces[BLUR])
    bloomed = apply_bloom(soft, faces=faces[BLOOM])[0]
    image = apply_sharpen(bloomed, source=picture, mask=mask, faces=faces[SHARPEN]).image
    return score_effect(measure_effect(Measured.of(image, picture, mask, None, [box])))


def test_following_the_advice_connects_all_three_nodes_and_each_step_helps(portrait):
    boxed: set[str] = set()
    score = made(portrait, boxed)
    start = score.total
    while (first := next(iter(advise(score)), None)) is not None and first.widget == "bboxes":
        assert first.direction == "connect" and first.node not in boxed
        boxed.add(first.node)
        better = made(portrait, boxed)
        assert better.total > score.total, first
        score = better
    assert {SHARPEN, BLOOM} <= boxed <= {SHARPEN, BLUR, BLOOM} and start < 20 and score.total > 60


def test_the_sentence_says_what_to_do_where_boxes_are_connected(portrait):
    first = advise(made(portrait, set()))[0]
    assert first.sentence.endswith("; connect bboxes to Feature Sharpen, or lower radius where they are.")


@pytest.mark.parametrize(
    ("changes", "node"),
    [
        ({"form": 0.75, "form_step": 0.36, "colour_form": 0.55, "colour_form_ring": 0.38, "seam": 0.2}, SHARPEN),
        ({"form": 0.62, "form_step": 0.24, "colour_form": 0.55, "colour_form_ring": 0.38, "seam": 0.2}, BLUR),
        ({"form": 0.69, "form_step": 0.17, "colour_form": 0.63, "colour_form_ring": 0.49, "seam": 0.11}, BLOOM),
    ],
)
def test_each_node_leaves_its_mark(changes, node):
    small = replace(PERFECT, faces=1, face_scale=0.3, **changes)
    turn = of_another_scale(small)
    assert turn is not None and (turn.node, turn.widget, turn.direction) == (node, "bboxes", "connect")
    assert advise(score_effect(small))[0].node == node
    for scale in (None, SMALL, 3.0):
        assert of_another_scale(replace(small, face_scale=scale)) is None


def test_other_faults_of_a_small_face_have_their_usual_advice():
    small = replace(PERFECT, faces=1, face_scale=0.3)
    for changes, widget in (
        ({"form_step": 0.2, "colour_form": 0.96}, "protect_mask"),
        ({"seam": 0.5}, "feather"),
        ({"kept_inside": 1.6, "finest": 2.4, "sharpening": 2.4}, "amount"),
        ({"glow": 1.0}, "intensity"),
    ):
        assert advise(score_effect(replace(small, **changes)))[0].widget == widget
