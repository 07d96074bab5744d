"""sharp_features on an encoder whose dense truth is known: identities, sizes, symmetry, seams."""

from __future__ import annotations

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from kornia.color import rgb_to_lab
from torch.nn.functional import avg_pool2d

from softfocus.features import sharp_features, upsample
from softfocus.features.joint_bilateral import joint_bilateral_upsample
from softfocus.features.views import resize_to_grid
from testing.features.methods import OTHERS, dense_grid, dense_maps
from testing.features.named_pictures import picture as named_picture
from testing.features.scores import fidelity, seam_ratio
from testing.features.synthetic_encoder import CHANNELS, SyntheticEncoder
from testing.pictures import make_picture

SEAM = 1.1


def truth_of(encoder, image, factor):
    return encoder.truth(resize_to_grid(image, dense_grid(encoder, image, factor), encoder.patch))


class Constant:
    """The same features everywhere."""

    name, patch, side = "constant", 4, 16

    def encode(self, images):
        return torch.ones(len(images), 2, 4, 4)


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_fusion_zero_is_joint_bilateral_upsampling(factor, monkeypatch):
    encoder, image = SyntheticEncoder(bias=1.0), make_picture(90, 130)
    bias = encoder.bias[0] - encoder.bias.mean()
    monkeypatch.setattr(upsample, "position_bias", lambda views: bias)
    fine = resize_to_grid(image, dense_grid(encoder, image, factor), encoder.patch)
    guide = rgb_to_lab(avg_pool2d(fine, encoder.patch))
    for debias in (False, True):
        coarse = sharp_features(encoder, image, 1, debias=debias)
        expected = joint_bilateral_upsample(coarse, guide, factor)
        assert torch.equal(sharp_features(encoder, image, factor, fusion=0, debias=debias), expected)
    if factor > 1:
        assert not torch.allclose(sharp_features(encoder, image, factor, debias=debias), expected, atol=0.1)


def test_fusion_between_is_on_the_line():
    encoder, image = SyntheticEncoder(), make_picture(60, 60)
    none, half, full = (sharp_features(encoder, image, 2, fusion=fusion) for fusion in (0, 0.5, 1))
    assert torch.allclose(half, (none + full) / 2, atol=1e-4)


@pytest.mark.parametrize("factor", [1, 2, 4])
def test_constant_picture_gives_constant_features(factor):
    image = torch.full((1, 3, 70, 100), 0.3)
    features = sharp_features(SyntheticEncoder(), image, factor)
    assert torch.allclose(features, features[..., :1, :1].expand_as(features), atol=1e-4)


def test_constant_picture_under_a_biased_encoder():
    """All that such a picture's maps show is the bias."""
    image, encoder = torch.full((1, 3, 70, 100), 0.3), SyntheticEncoder(bias=1.0)
    with_bias, without = (sharp_features(encoder, image, 2, debias=debias) for debias in (False, True))
    assert without.var((-1, -2)).mean() < 0.05 * with_bias.var((-1, -2)).mean()


@pytest.mark.parametrize("factor", [1, 2, 4])
@pytest.mark.parametrize("size", [(96, 96), (90, 141), (150, 64)])
def test_flipping_the_picture_flips_the_features(size, factor):
    encoder, image = SyntheticEncoder(handed=0.0), make_picture(*size)
    features = sharp_features(encoder, image, factor)
    assert torch.allclose(sharp_features(encoder, image.flip(-1), factor), features.flip(-1), atol=5e-3)


@pytest.mark.parametrize("factor", [1, 2, 4])
@pytest.mark.parametrize("size", [(1, 1), (1, 9), (37, 91), (300, 20), (24, 25)])
def test_any_size(size, factor):
    encoder, image = SyntheticEncoder(cells=6, bias=0.5), make_picture(*size)
    before = image.clone()
    features = sharp_features(encoder, image, factor)
    assert features.shape == (1, CHANNELS, *dense_grid(encoder, image, factor))
    assert min(features.shape[-2:]) == factor * 6
    assert features.dtype == torch.float32 and bool(features.isfinite().all())
    assert torch.equal(image, before)


@settings(max_examples=30, deadline=None)
@given(
    height=st.integers(1, 60),
    width=st.integers(1, 60),
    cells=st.integers(1, 12),
    factor=st.sampled_from([1, 2, 4]),
    fusion=st.floats(0, 1),
)
def test_constant_map_at_any_size(height, width, cells, factor, fusion):
    encoder = Constant()
    encoder.side = 4 * cells
    encoder.encode = lambda images: torch.full((len(images), 2, cells, cells), 3.0)
    features = sharp_features(encoder, torch.rand(1, 3, height, width), factor, fusion=fusion)
    assert torch.allclose(features, torch.full_like(features, 3.0), atol=1e-4)


def test_very_long_picture_costs_a_bounded_number_of_views():
    seen = []
    features = sharp_features(Constant(), torch.rand(1, 3, 2, 2000), 2, between_tiles=lambda: seen.append(1))
    assert features.shape[-1] == 16 * 2 * 4
    assert len(seen) < 60


def test_frames_are_independent():
    encoder, batch = SyntheticEncoder(bias=1.0), make_picture(60, 80, frames=3)
    batch[1] = 1 - batch[1]
    alone = torch.cat([sharp_features(encoder, frame[None], 2) for frame in batch])
    assert torch.equal(sharp_features(encoder, batch, 2), alone)


def test_no_frames():
    assert sharp_features(SyntheticEncoder(), torch.zeros(0, 3, 60, 80), 2).shape == (0, 0, 24, 32)


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("bias", [0.0, 1.0])
def test_no_seams(factor, bias):
    encoder, image = SyntheticEncoder(bias=bias), named_picture("chelsea")
    features = sharp_features(encoder, image, factor)
    assert 1 / SEAM < seam_ratio(features, truth_of(encoder, image, factor), 12) <= SEAM


@pytest.mark.parametrize("factor", [2, 4])
@pytest.mark.parametrize("bias", [0.5, 1.0])
def test_fidelity_is_the_best_and_debias_raises_it(factor, bias):
    encoder, image = SyntheticEncoder(bias=bias, seed=1), named_picture("chelsea")
    truth = truth_of(encoder, image, factor)
    found = {name: fidelity(each, truth) for name, each in dense_maps(encoder, image, factor).items()}
    assert found["ours"] > max(found[name] for name in OTHERS)
    assert found["ours"] >= 1.3 * found["ours, no de-bias"]
    assert found["ours, no de-bias"] > found["joint bilateral"]


@pytest.mark.parametrize("factor", [2, 4])
def test_without_a_bias_the_tiles_are_used_and_debias_costs_little(factor):
    encoder, image = SyntheticEncoder(seed=1), named_picture("chelsea")
    truth = truth_of(encoder, image, factor)
    found = {name: fidelity(each, truth) for name, each in dense_maps(encoder, image, factor).items()}
    assert found["ours"] > 3 * found["joint bilateral"]
    assert found["ours"] > 0.6 * found["tiles alone"]  # fur: the filter takes some of it away
    assert found["ours"] > 0.95 * found["ours, no de-bias"]


def test_the_encoder_sees_values_in_range():
    seen = []

    class Watching(Constant):
        def encode(self, images):
            seen.extend(images.aminmax())
            return super().encode(images)

    sharp_features(Watching(), 5 * torch.rand(1, 3, 30, 40) - 2, 2)
    assert min(seen) >= 0 and max(seen) <= 1


@pytest.mark.parametrize("factor", [2, 4])
def test_tiles_that_show_nothing_of_the_picture_are_not_believed(factor):
    """Below: tiles of another picture. Without doubt in them the result would be that picture."""
    encoder, image, other = SyntheticEncoder(), named_picture("chelsea"), named_picture("camera")
    side, calls = encoder.side, []

    class Lying(SyntheticEncoder):
        def encode(self, images):
            calls.append(len(images))
            if len(calls) == 1:  # the coarse views
                return super().encode(images)
            top = 40 * len(calls) % 200
            return super().encode(other[..., top : top + side, 100 : 100 + side].expand(len(images), -1, -1, -1))

    truth = truth_of(encoder, image, factor)
    fused = sharp_features(Lying(), image, factor, debias=False)
    plain = sharp_features(encoder, image, factor, fusion=0, debias=False)
    assert fidelity(fused, truth) > 0.9 * fidelity(plain, truth)
