"""Figures for loose strands, on planes small enough to count by hand."""

from __future__ import annotations

import pytest
import torch

from testing.matting.strands import false_hair, middle_error, strand_recall

TRUTH = torch.tensor([0.8, 0.8, 0.6, 0.6, 0.9, 0.4, 0.02, 0.0, 0.0, 0.0]).view(1, 1, 1, -1)
STRANDS = torch.tensor([0.8, 0.8, 0.6, 0.1, 0.0, 0.4, 0.02, 0.0, 0.0, 0.0]).view(1, 1, 1, -1)
ALPHA = torch.tensor([0.7, 0.2, 0.3, 0.0, 0.0, 0.0, 0.4, 0.9, 0.0, 0.3]).view(1, 1, 1, -1)
ALL = torch.ones_like(TRUTH)


def test_recall_counts_clear_pixels_that_are_mostly_strand():
    assert strand_recall(ALPHA, TRUTH, STRANDS, ALL).item() == pytest.approx(1 / 3)  # 0.3 itself is not seen
    assert strand_recall(TRUTH, TRUTH, STRANDS, ALL).item() == 1


def test_false_hair_counts_empty_pixels():
    assert false_hair(ALPHA, TRUTH, ALL).item() == pytest.approx(2 / 4)
    assert false_hair(TRUTH, TRUTH, ALL).item() == 0


def test_error_in_the_middle_is_a_mean_of_magnitudes():
    wanted = (0.1 + 0.6 + 0.3 + 0.6 + 0.9 + 0.4) / 6
    assert middle_error(ALPHA, TRUTH, ALL).item() == pytest.approx(wanted, abs=1e-6)
    assert middle_error(1 - TRUTH, TRUTH, (TRUTH == 0.4).float()).item() == pytest.approx(0.2, abs=1e-6)


def test_only_the_region_counts():
    first = torch.zeros_like(ALL)
    first[..., 0] = 1
    assert strand_recall(ALPHA, TRUTH, STRANDS, first).item() == 1
    assert middle_error(ALPHA, TRUTH, first).item() == pytest.approx(0.1, abs=1e-6)
    assert false_hair(ALPHA, TRUTH, first).isnan().all()


def test_pictures_of_a_batch_count_apart():
    both = [torch.cat([plane, plane.flip(-1)]) for plane in (TRUTH, TRUTH, STRANDS, ALL)]
    both[0] = torch.cat([ALPHA, torch.zeros_like(ALPHA)])
    assert strand_recall(*both).tolist() == [pytest.approx(1 / 3), 0.0]
