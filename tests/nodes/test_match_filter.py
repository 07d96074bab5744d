"""The node Match a Filter: what it hands out and shows, and what it refuses."""

from __future__ import annotations

import json
import sys

import pytest
import torch
from torch import Tensor

from softfocus.diffusion import diffusion_filter
from softfocus.gaussian import gaussian_blur
from testing.host_in_process import run_node

pytestmark = pytest.mark.host


@pytest.fixture(scope="module")
def match(pack):
    nodes = sys.modules[pack.__name__ + ".nodes"].NODES
    (node,) = (cls for cls in nodes if cls.GET_SCHEMA().node_id == "SoftFocusMatchFilter")

    def call(image_without: Tensor, image_with: Tensor):
        return run_node(node, image_without=image_without, image_with=image_with)

    return call


@pytest.fixture(scope="module")
def pair() -> tuple[Tensor, Tensor]:
    """Small lights on a soft ground, without and with a filter, as ComfyUI tensors."""
    random = torch.Generator().manual_seed(3)
    image = 0.2 + 2 * gaussian_blur(torch.rand(1, 3, 300, 400, generator=random) - 0.5, 3.0)
    image += 0.5 * (gaussian_blur(torch.rand(1, 1, 300, 400, generator=random), 1.0) > 0.68)
    image = image.clamp(0, 0.8)
    seen, _ = diffusion_filter(image, family="white mist", grade=0.5, size=100, warmth=0.5)
    return image.movedim(1, -1), seen.movedim(1, -1)


def test_report_preset_and_plot(match, pair):
    output = match(*pair)
    report, preset, plot = output.args
    values = json.loads(preset)
    assert values["family"] == "white mist" and "\n" not in preset
    assert values["grade"] == pytest.approx(0.5, rel=0.1) and values["size"] == pytest.approx(100, rel=0.1)
    assert report.startswith("This is surely white mist") and output.ui["text"] == (report,)
    assert plot.ndim == 4 and plot.shape[0] == 1 and plot.shape[-1] == 3 and 0 <= plot.min() <= plot.max() <= 1
    assert len(output.ui["images"]) == 1


@pytest.mark.parametrize("channels", [1, 4])
def test_any_channels(match, pair, channels):
    def channeled(image: Tensor) -> Tensor:
        return image[..., :1] if channels == 1 else torch.cat([image, torch.ones_like(image[..., :1])], -1)

    report, _, plot = match(*map(channeled, pair)).args
    assert report.startswith("This is") and plot.shape[-1] == 3


def test_of_a_batch_the_first_pair_counts_and_that_is_said(match, pair):
    without, seen = pair
    batch = torch.cat([seen, seen.flip(2)])
    report, preset, _ = match(without, batch).args
    assert json.loads(preset) == json.loads(match(without, seen).args[1])
    assert report.endswith("Of several pictures, the first of each input was looked at.")


def test_the_same_picture_twice_gives_grade_0(match, pair):
    report, preset, _ = match(pair[0], pair[0]).args
    assert json.loads(preset)["grade"] == 0 and report.startswith("No change")


def test_no_frames_say_so(match, pair):
    report, preset, plot = match(pair[0][:0], pair[1][:0]).args
    assert json.loads(preset)["grade"] == 0 and report.startswith("There is no picture.") and len(plot) == 1


def test_other_sizes_are_refused(match, pair):
    with pytest.raises(ValueError, match="image_without is 400 x 300 but image_with is 200 x 300"):
        match(pair[0], pair[1][:, :, :200])


def test_a_wrong_shape_is_refused_by_its_name(match, pair):
    with pytest.raises(ValueError, match="image_with has shape"):
        match(pair[0], pair[1][..., :2])
