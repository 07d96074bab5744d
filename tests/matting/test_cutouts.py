"""Real pictures: the matte is nearer to the reference alpha than the rough mask on every one."""

from __future__ import annotations

import pytest

from softfocus.matting import refine_mask
from softfocus.units import percent_of_diagonal
from testing.matting.cutouts import BAND, KINDS, cutouts
from testing.matting.metrics import sad
from testing.matting.truth import rough_mask

pytestmark = pytest.mark.slow


def test_error_falls_on_every_cutout():
    pictures = list(cutouts())
    assert len(pictures) == 3
    for cutout in pictures:
        for kind in KINDS:
            mask = rough_mask(cutout.alpha, kind, 2)
            alpha = refine_mask(cutout.image, mask, percent_of_diagonal(cutout.image, BAND)).alpha
            ratio = float(sad(alpha, cutout.alpha) / sad(mask, cutout.alpha))
            assert ratio < 1, f"{cutout.name}, {kind}: {ratio:.2f}"
