"""Photographs with measured alpha: how their folder is read, and the masks that are made of an alpha."""

from __future__ import annotations

import math

import numpy as np
import pytest
import torch
from PIL import Image
from scipy.ndimage import distance_transform_edt
from torch import Tensor
from torch.nn.functional import pad

from testing.matting.photographs import HELD, KINDS, MOVED, TUNING, made_mask, photographs
from testing.matting.truth import make_scene

SIZE = (6, 9)
GRAYS = {"gt_training_lowres": 51, "trimap_training_lowres/Trimap1": 128, "trimap_training_lowres/Trimap2": 255}
CELL = 9  # px, the largest side of a cell of a coarse mask where the sides are no multiples of 8


@pytest.fixture(scope="module")
def alpha() -> Tensor:
    """Hair and shoulders that leave the picture at the bottom."""
    return make_scene(1, "smooth", "fine", 256).alpha[..., :203]


@pytest.fixture
def folder(tmp_path, monkeypatch):
    """Two photographs: an even color each, one alpha, two trimaps, each with a black first column."""
    for number, name in enumerate(("GT01", "GT02")):
        for place, gray in {"input_training_lowres": 51 * (number + 1), **GRAYS}.items():
            pixels = np.full((*SIZE, 3), gray, np.uint8)
            pixels[:, 0] = 0
            (tmp_path / place).mkdir(parents=True, exist_ok=True)
            Image.fromarray(pixels).save(tmp_path / place / f"{name}.png")
    monkeypatch.setenv("SOFTFOCUS_MATTING", str(tmp_path))
    return tmp_path


def radius(alpha: Tensor) -> float:
    return MOVED * math.hypot(*alpha.shape[-2:])


def body(alpha: Tensor) -> np.ndarray:
    return alpha[0, 0].numpy() > 0.5


def test_held_photographs_are_not_for_tuning():
    assert not set(TUNING) & set(HELD)
    assert sorted(TUNING + HELD) == [f"GT{number:02d}" for number in range(1, 28)]


def test_photographs_are_read_by_name(folder):
    second, first = photographs(["GT02", "GT01"])
    assert (second.name, first.name) == ("GT02", "GT01")
    assert second.image.shape == (1, 3, *SIZE) and first.alpha.shape == (1, 1, *SIZE)
    assert second.image[..., 1:].unique().tolist() == pytest.approx([0.4])
    assert first.alpha[..., 1:].unique().tolist() == pytest.approx([0.2])
    assert [trimap.unique().tolist() for trimap in first.trimaps] == [[0, 0.5], [0, 1]]


def test_no_folder_is_an_error_that_names_the_variable(monkeypatch):
    monkeypatch.delenv("SOFTFOCUS_MATTING", raising=False)
    with pytest.raises(FileNotFoundError, match="SOFTFOCUS_MATTING"):
        next(photographs())


def test_a_grown_mask_ends_at_its_distance_from_the_body(alpha):
    wanted = distance_transform_edt(~body(alpha)) <= radius(alpha)
    assert np.array_equal(made_mask(alpha, "grown")[0, 0].numpy() == 1, wanted)


def test_a_shrunk_mask_begins_at_its_distance_within_the_body(alpha):
    """Where the body leaves the picture, nothing is taken from it."""
    reach = math.ceil(radius(alpha))
    beyond = np.pad(body(alpha), reach, constant_values=True)
    wanted = (distance_transform_edt(beyond) > radius(alpha))[reach:-reach, reach:-reach]
    assert np.array_equal(made_mask(alpha, "shrunk")[0, 0].numpy() == 1, wanted)
    assert wanted[-1].any()


def test_a_coarse_mask_is_the_body_but_near_its_edge(alpha):
    inside = body(alpha)
    mask = made_mask(alpha, "coarse")[0, 0].numpy()
    near = np.maximum(distance_transform_edt(inside), distance_transform_edt(~inside)) <= 1.5 * math.sqrt(2) * CELL
    assert np.array_equal(mask[~near] > 0.5, inside[~near]) and set(np.unique(mask[~near])) == {0, 1}
    assert np.abs(mask - inside)[near].mean() > 0.05


@pytest.mark.parametrize(("edge", "coarse_edge"), [(36, 32), (37, 40)], ids=["half a cell", "more"])
def test_a_coarse_mask_takes_cells_that_are_more_than_half_full(edge, coarse_edge):
    """Of 8 px; between the centres of two cells it rises evenly."""
    mask = made_mask((torch.arange(64) < edge).float().expand(1, 1, 64, 64), "coarse")
    assert ((mask > 0.5).sum(-1) == coarse_edge).all()
    assert (((mask > 0) & (mask < 1)).sum(-1) == 8).all()


@pytest.mark.parametrize("kind", KINDS)
def test_masks_have_the_pictures_size_and_mirror_with_it(alpha, kind):
    even = pad(alpha, (0, 5, 0, 0))  # sides that cells of 8 px divide
    mask = made_mask(even, kind)
    assert mask.shape == even.shape and mask.dtype == torch.float32
    assert 0 <= mask.min() and mask.max() <= 1
    assert torch.allclose(made_mask(even.flip(-1), kind).flip(-1), mask, atol=1e-6)
