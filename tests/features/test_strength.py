"""Feature strength: high where features change, at the picture's own edges, and only on the subject."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st

from softfocus.features.pca import pca_picture
from softfocus.features.strength import affinity, feature_strength, gradient, guided_filter

CELL = 8


def two_halves(channels: int = 6, edge_px: int = 61) -> tuple[torch.Tensor, torch.Tensor]:
    """Features [1, C, 16, 16] of two things left and right, and their picture [1, 3, 128, 128], whose edge is exact."""
    generator = torch.Generator().manual_seed(0)
    kinds = torch.randn(2, channels, generator=generator)
    share = (torch.arange(128) >= edge_px).float()
    image = (0.3 + 0.4 * share).expand(1, 3, 128, -1)
    cells = share.view(16, CELL).mean(1)
    features = torch.lerp(kinds[0][:, None], kinds[1][:, None], cells)[None, :, None].expand(1, channels, 16, 16)
    return features, image


def test_strength_is_at_the_edge_and_nowhere_else():
    features, image = two_halves()
    strength = feature_strength(features, image)[0, 0, 64]
    assert strength[56:66].min() > 0.5
    assert strength[:32].max() < 0.05 and strength[96:].max() < 0.05


def test_guided_filter_follows_the_picture_and_not_the_cells():
    _, image = two_halves()
    cells = (torch.arange(128) // CELL >= 8).float().expand(1, 1, 128, -1)
    filtered = guided_filter(cells, image[:, :1], CELL, 0.05)[0, 0, 64]
    assert int(filtered.diff().argmax()) == 60  # the edge of the picture; that of the cells is at 63
    assert filtered.diff().max() > 0.3


def test_affinity_is_one_on_the_subject_and_low_elsewhere():
    features, _ = two_halves()
    subject = torch.zeros(1, 1, 128, 128)
    subject[..., :56] = 1
    likeness = affinity(features, subject)
    assert likeness[..., :7].min() > 0.99 and likeness[..., 9:].max() < 0.01


@pytest.mark.parametrize("level", [0.0, 1.0])
def test_a_subject_of_nothing_or_of_everything_says_nothing(level):
    features, image = two_halves()
    subject = torch.full((1, 1, 128, 128), level)
    assert torch.allclose(affinity(features, subject), torch.tensor(1.0))
    assert torch.allclose(feature_strength(features, image, subject), feature_strength(features, image))


def test_constant_features_have_no_strength():
    _, image = two_halves()
    assert feature_strength(torch.ones(1, 4, 16, 16), image).abs().max() < 1e-5


@settings(max_examples=25, deadline=None)
@given(
    channels=st.integers(1, 5),
    grid=st.tuples(st.integers(1, 6), st.integers(1, 6)),
    size=st.tuples(st.integers(1, 40), st.integers(1, 40)),
)
def test_any_size_is_within_range_and_frames_are_independent(channels, grid, size):
    generator = torch.Generator().manual_seed(1)
    features = torch.randn(2, channels, *grid, generator=generator)
    image, subject = torch.rand(2, 3, *size, generator=generator), torch.rand(2, 1, *size, generator=generator)
    strength, picture = feature_strength(features, image, subject), pca_picture(features, size)
    assert strength.shape == (2, 1, *size) and picture.shape == (2, 3, *size)
    for each in (strength, picture):
        assert torch.isfinite(each).all() and each.min() >= 0 and each.max() <= 1
    alone = feature_strength(features[1:], image[1:], subject[1:])
    assert torch.allclose(strength[1:], alone, atol=1e-4)
    assert torch.allclose(picture[1:], pca_picture(features[1:], size), atol=1e-4)


def test_gradient_does_not_depend_on_the_basis():
    features = torch.randn(1, 5, 9, 9, generator=torch.Generator().manual_seed(2))
    turned = torch.einsum("ij,bjhw->bihw", torch.linalg.qr(torch.randn(5, 5)).Q, features)
    assert torch.allclose(gradient(features), gradient(turned), atol=1e-5)


def test_pca_tells_two_things_apart_whichever_matrix_is_smaller():
    for channels in (6, 400):
        features, _ = two_halves(channels)
        picture = pca_picture(features, (16, 16))
        assert (picture[0, 0, :, 0] - picture[0, 0, :, -1]).abs().min() > 0.9
        assert torch.allclose(picture, pca_picture(features.clone(), (16, 16)))
