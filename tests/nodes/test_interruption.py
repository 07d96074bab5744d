"""A single large frame is stopped in the middle of its work, not only after it."""

from __future__ import annotations

import importlib

import pytest
import torch

from testing.host_in_process import run_node

pytestmark = pytest.mark.host
ENOUGH = 4


@pytest.mark.parametrize(
    ("name", "settings"),
    [
        ("selective_gaussian_blur.SelectiveGaussianBlur", {"max_delta": 0.1}),  # shifted views
        ("selective_gaussian_blur.SelectiveGaussianBlur", {"max_delta": 0.1, "sigma": 2.0}),  # the grid
        ("luminance_bloom.LuminanceBloom", {}),
        ("feature_sharpen.FeatureSharpen", {}),
    ],
)
def test_within_a_frame(pack, monkeypatch, name, settings):
    module, node = name.split(".")
    cls = getattr(importlib.import_module(f"{pack.__name__}.nodes.{module}"), node)
    mm = importlib.import_module(f"{pack.__name__}.nodes.host.work").mm
    looked = []

    def interrupted() -> None:
        looked.append(True)
        if len(looked) == ENOUGH:
            raise mm.InterruptProcessingException

    monkeypatch.setattr(mm, "throw_exception_if_processing_interrupted", interrupted)
    image = torch.rand(1, 768, 768, 3, generator=torch.Generator().manual_seed(1))
    with pytest.raises(mm.InterruptProcessingException):
        run_node(cls, image=image, **settings)
    assert len(looked) == ENOUGH
