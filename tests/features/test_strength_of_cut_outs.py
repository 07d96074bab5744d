"""What encoders are shown, and the gain made of it, of a cut-out."""

from __future__ import annotations

import pytest
import torch

from softfocus.features import feature_strength, sharp_features
from testing.features.synthetic_encoder import SyntheticEncoder
from testing.hidden_colors import RAMPS, disc_alpha, hidden_noise, largest_change, with_hidden
from testing.pictures import make_picture


@pytest.mark.parametrize(("size", "ramp"), [(size, ramp) for size in (48, 300) for ramp in RAMPS])
@pytest.mark.parametrize("factor", [1, 2])
def test_hidden_colors_change_no_strength(size, ramp, factor):
    image, alpha = make_picture(size, size), disc_alpha(size, ramp)
    subject = make_picture(size, size, seed=1)[:, :1]
    strengths = []
    for hidden in (1.0, hidden_noise(image, 2)):
        shown = with_hidden(image, alpha, hidden)
        features = sharp_features(SyntheticEncoder(), shown, factor, alpha=alpha)
        strengths.append(feature_strength(features, shown, subject, alpha))
    assert largest_change(*strengths, alpha) == 0


def test_the_subject_under_transparency_does_not_count():
    image, alpha = make_picture(96, 96), disc_alpha(96, 0.0)
    features = sharp_features(SyntheticEncoder(), image, 1, alpha=alpha)
    subject = disc_alpha(96, 0.0, radius=0.1)
    more = torch.where(alpha == 0, 1.0, subject)
    first, second = (feature_strength(features, image, each, alpha) for each in (subject, more))
    assert torch.equal(first, second)


@pytest.mark.parametrize("radius", [0.1, 0.2, 0.3])
def test_a_cut_out_has_as_much_strength_as_the_whole_picture(radius):
    """However much is empty: the quantiles are those of what is seen."""
    image, alpha = make_picture(192, 192), disc_alpha(192, 0.0, radius)
    whole = feature_strength(sharp_features(SyntheticEncoder(), image, 2), image)
    cut = feature_strength(sharp_features(SyntheticEncoder(), image, 2, alpha=alpha), image, None, alpha)
    assert cut[alpha > 0].mean() == pytest.approx(whole[alpha > 0].mean().item(), abs=0.06)


def test_opaque_and_fully_transparent_alpha():
    image = make_picture(96, 96)
    features, subject = sharp_features(SyntheticEncoder(), image, 1), image[:, :1]
    ones = torch.ones(1, 1, 96, 96)
    assert torch.equal(sharp_features(SyntheticEncoder(), image, 1, alpha=ones), features)
    assert torch.allclose(feature_strength(features, image, subject, ones), feature_strength(features, image, subject))
    nothing = sharp_features(SyntheticEncoder(), image, 1, alpha=0 * ones)
    assert feature_strength(nothing, image, subject, 0 * ones).isfinite().all()
