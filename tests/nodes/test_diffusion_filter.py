"""Diffusion Filter as the executor calls it: what a preset replaces, what is neutral, and what the node says."""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch

from softfocus import DiffusionSettings, FaceBox, diffusion_filter
from softfocus.light.preset import NAMES, write_preset
from testing.cases import portrait
from testing.host_in_process import run_node

pytestmark = pytest.mark.host
BLOOM, FILTER = "SoftFocusLuminanceBloom", "SoftFocusDiffusionFilter"
PRESET = {"family": "white mist", "grade": 0.5, "size": 150.0, "warmth": 0.5, "halation": 0.5}
BOX = {"x": 90.0, "y": 30.0, "width": 45.0, "height": 55.0, "face_width": 40.0}  # 11 % of the diagonal


@pytest.fixture
def see(nodes: dict[str, Any]) -> Any:
    """The picture through the filter, the light added, and the node's text."""

    def call(node_id: str = FILTER, image: Any = None, **changes: Any) -> tuple[torch.Tensor, torch.Tensor, str]:
        made = run_node(nodes[node_id], image=portrait() if image is None else image, **changes)
        (text,) = made.ui["text"]
        return *made.args, text

    return call


@pytest.mark.parametrize("family", ["glimmer", "black mist", "white mist", "cine bloom"])
def test_every_widget_reaches_the_library(see, family):
    settings = {"family": family, "grade": 0.75, "size": 60.0, "warmth": 0.4, "halation": 0.8, "highlight_boost": 1.5}
    seen, added, _ = see(bboxes=[[BOX]], **settings)
    faces = [[FaceBox(90, 30, 45, 55, 40)]]
    wanted = diffusion_filter(portrait().movedim(-1, 1).contiguous(), faces=faces, **settings)
    for got, made in zip((seen, added), wanted, strict=True):
        assert (got - made.movedim(1, -1)).abs().max() < 1e-6
    for name, value in {"grade": 1, "size": 100, "warmth": 1, "halation": 0, "highlight_boost": 0}.items():
        same = name == "warmth" and family == "glimmer"
        other = see(bboxes=[[BOX]], **{**settings, name: value})[0]
        assert ((other - seen).abs().max() < 1e-6) == same, name


def test_a_preset_replaces_its_widgets_and_the_text_says_so(see):
    widgets = {"family": "glimmer", "grade": 2, "size": 400, "warmth": 0, "halation": 0, "highlight_boost": 1.0}
    seen, added, text = see(preset=json.dumps(PRESET), **widgets)
    wanted, wanted_light, _ = see(**PRESET, highlight_boost=1.0)
    assert torch.equal(seen, wanted) and torch.equal(added, wanted_light)
    assert text.splitlines() == [
        "preset sets white mist, grade 0.5, size 150, warmth 0.5, halation 0.5; these widgets do not count."
    ]


@pytest.mark.parametrize("grade", [0.0, 1.0])
def test_neutral_follows_the_preset(see, grade):
    preset = write_preset(DiffusionSettings(grade=grade))
    seen, _, text = see(preset=preset, grade=1.0 - grade)
    assert torch.equal(seen, portrait()) == (grade == 0)
    assert f"grade {grade:g}," in text


@pytest.mark.parametrize("name", NAMES)
def test_a_preset_lacks_nothing_and_has_nothing_else(see, name):
    for broken in ({key: value for key, value in PRESET.items() if key != name}, {**PRESET, name + "s": 0}):
        with pytest.raises(ValueError, match="preset is .* it must be one line of JSON with family, grade, size"):
            see(preset=json.dumps(broken))


@pytest.mark.parametrize("text", ["", "black mist", "[]", "[1, 2]", "null", "3", '"glimmer"', "{", "{}", "[" * 5000])
def test_a_preset_that_is_none_is_named(see, text):
    with pytest.raises(ValueError, match="preset is .* as Match a Filter writes"):
        see(preset=text)


@pytest.mark.parametrize(
    "name, value, complaint",
    [
        ("family", "fog", "family is 'fog'; it must be one of glimmer, black mist"),
        ("grade", 3, "grade is 3"),
        ("grade", -0.1, "grade is -0.1"),
        ("grade", float("nan"), "grade is nan"),
        ("size", 0, "size is 0"),
        ("size", float("inf"), "size is inf"),
        ("warmth", 1.5, "warmth is 1.5"),
        ("halation", -1, "halation is -1"),
    ],
)
def test_a_value_of_a_preset_that_is_out_of_range_is_named(see, name, value, complaint):
    with pytest.raises(ValueError, match=complaint):
        see(preset=json.dumps({**PRESET, name: value}), grade=0)


def test_a_broken_preset_is_refused_at_neutral_settings_and_without_frames_too(see):
    with pytest.raises(ValueError, match="grade is 3"):
        see(image=portrait()[:0], preset=json.dumps({**PRESET, "grade": 3}), grade=0)


def test_grade_0_gives_every_value_back_and_says_that_halation_rests(see):
    image = portrait()
    image[:, :8] = 7.5
    image[:, 8:16] = -0.5
    for halation, said in ((0, ""), (0.5, "grade is 0: halation does not act.")):
        seen, added, text = see(image=image, grade=0, halation=halation)
        assert torch.equal(seen, image) and not added.any() and text == said


def test_bloom_at_intensity_0_says_that_halation_rests(see):
    for intensity, halation, said in ((0, 0.5, "intensity is 0: halation does not act."), (0, 0, ""), (0.1, 0.5, "")):
        assert see(BLOOM, intensity=intensity, halation=halation)[2] == said


def test_glimmer_says_that_it_has_no_warmth(see):
    assert see(family="glimmer")[2] == "glimmer has no warmth: the widget does nothing."
    for family in ("black mist", "white mist", "cine bloom"):
        assert see(family=family)[2] == ""


def test_light_above_white_passes(see):
    """And so does its glow."""
    image = torch.full((1, 96, 96, 3), 0.05)
    image[:, 40:56, 40:56] = 12.0
    seen, _, _ = see(image=image, family="cine bloom", grade=2.0)
    assert 1.2 < seen[:, 40:56, 40:56].max() <= 12 and seen[:, 36, 48].min() > 1
