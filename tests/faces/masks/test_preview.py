"""The preview: tints, and a legend that is readable, small and out of the way."""

from __future__ import annotations

import pytest
import torch
from PIL import ImageFont

from softfocus.canvas import font
from softfocus.faces.masks import preview
from softfocus.faces.masks.preview import TINTS, draw_legend, tint_regions
from softfocus.settings import MASK
from testing.faces.portrait import picture

WEIGHTS = {**MASK.weights, "hair": 0.5}


def grey(height: int, width: int) -> torch.Tensor:
    return torch.full((2, 3, height, width), 0.5)


def changed(height: int, width: int, weights=WEIGHTS) -> torch.Tensor:
    """Where the legend is: [N, 2] rows and columns."""
    image = grey(height, width)
    shown = draw_legend(image, weights)
    assert shown.shape == image.shape and torch.equal(shown[0], shown[1])
    assert shown.amin() >= 0 and shown.amax() <= 1
    return (shown != image).any(1)[0].nonzero()


def extent(places: torch.Tensor) -> tuple[int, int]:
    height, width = (places.amax(0) - places.amin(0) + 1).tolist()
    return height, width


def test_hair_is_tinted_and_needs_no_mask_without_weight():
    image = grey(8, 8)
    mask = torch.zeros(2, 1, 8, 8)
    mask[..., :4] = 1
    shown = tint_regions(image, {"hair": mask}, {"hair": 1.0, "eyes": 0.0})
    assert torch.equal(shown[..., 4:], image[..., 4:])
    wanted = torch.lerp(image[0, :, 0, 0], torch.tensor(TINTS["hair"]), preview.STRENGTH)
    assert torch.allclose(shown[0, :, 0, 0], wanted)


def test_tints_differ_from_each_other():
    colors = torch.tensor(list(TINTS.values()))
    assert torch.pdist(colors).min() > 0.4


@pytest.mark.parametrize(("height", "width"), [(256, 256), (400, 300), (512, 768), (1024, 1024), (2160, 3840)])
def test_legend_takes_at_most_a_third_and_sits_in_the_corner(height, width):
    places = changed(height, width)
    down, across = extent(places)
    assert 0 < down <= height / 3 and 0 < across <= width / 3
    assert places[:, 0].max() == height - 1 and places[:, 1].min() == 0


@pytest.mark.parametrize("size", [256, 512, 2160])
def test_text_is_readable_and_grows_with_the_picture(size):
    texts = [f"{name} 0.90" for name in WEIGHTS]
    assert max(10, 0.025 * size) <= preview._text_size(texts, size, size) <= max(10, 0.035 * size)


def test_legend_shows_the_color_of_each_region_in_rows():
    shown = draw_legend(grey(512, 512), WEIGHTS)[0]
    rows = []
    for name in preview.LISTED:
        near = (shown - torch.tensor(TINTS[name]).view(3, 1, 1)).abs().amax(0) < 0.01
        assert near.sum() > 20, name
        rows.append(near.nonzero()[:, 0].float().mean().item())
    assert rows == sorted(rows)


def test_only_regions_that_weigh_something_are_listed():
    everything = extent(changed(512, 512))
    some = extent(changed(512, 512, {"eyes": 1.0, "lips": 0.5, "hair": 0.0}))
    assert some[0] < 0.6 * everything[0]
    image = grey(512, 512)
    assert torch.equal(draw_legend(image, dict.fromkeys(WEIGHTS, 0.0)), image)


def test_a_changed_weight_changes_the_legend():
    image = grey(512, 512)
    assert not torch.equal(draw_legend(image, WEIGHTS), draw_legend(image, {**WEIGHTS, "nose": 0.7}))


@pytest.mark.parametrize("size", [(1, 1), (100, 400), (127, 127), (128, 128)])
def test_pictures_too_small_for_text_stay_as_they_are(size):
    image = grey(*size)
    assert torch.equal(draw_legend(image, WEIGHTS), image)


def test_the_picture_itself_is_not_written_to():
    image = picture().clone()
    draw_legend(image, WEIGHTS)
    assert torch.equal(image, picture())


@pytest.mark.parametrize("error", [TypeError, ImportError, OSError])
def test_an_old_pillow_costs_the_legend_only(monkeypatch, error):
    def load_default(*_, **__):
        raise error("no scalable font")

    font.cache_clear()
    monkeypatch.setattr(ImageFont, "load_default", load_default)
    image = grey(512, 512)
    assert torch.equal(draw_legend(image, WEIGHTS), image)
    font.cache_clear()
