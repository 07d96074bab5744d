"""Lengths relative to the diagonal."""

from __future__ import annotations

import torch

from softfocus.units import diagonal, percent_of_diagonal


def test_percent_of_the_diagonal():
    image = torch.zeros(1, 3, 300, 400)
    assert diagonal(image) == 500
    assert percent_of_diagonal(image, 0.5) == 2.5
