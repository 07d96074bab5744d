"""Memory that is full in a node's work changes nothing where an encoder or CLIP is asked, either."""

from __future__ import annotations

from typing import Any

import pytest
import torch
from torch import Tensor

from testing.cases import CASES, portrait
from testing.features.synthetic_encoder import SyntheticEncoder
from testing.full_memory import fill_memory
from testing.host_in_process import run_node
from testing.nets import tiny_clip

pytestmark = pytest.mark.host
SHARPEN, SCORE = "SoftFocusFeatureSharpen", "SoftFocusQualityScore"
FAILING = pytest.mark.parametrize("failing", [0, 1])


def four_frames() -> Tensor:
    image = portrait()
    return torch.cat([image, image * 0.8, image.flip(1), image.flip(2)])


def check(node: Any, host: Any, monkeypatch: pytest.MonkeyPatch, failing: int, **given: Any) -> Any:
    wanted = run_node(node, **given)
    lengths = fill_memory(host.work, monkeypatch, failing)
    found = run_node(node, **given)
    assert lengths == [[2] * (failing + 1) + [1] * (4 - 2 * failing)]
    assert found.ui["text"] == wanted.ui["text"]
    for first, second in zip(found.args, wanted.args, strict=True):
        assert torch.allclose(first, second, atol=1e-5) if isinstance(first, Tensor) else first == second
    return found


@FAILING
def test_sharpening_by_an_encoder(nodes, host, monkeypatch, failing):
    encoder = SyntheticEncoder(patch=8, cells=8)
    given = CASES[SHARPEN].arguments(four_frames()) | {"encoder": encoder, "upsample": "2"}
    check(nodes[SHARPEN], host, monkeypatch, failing, **given)


@FAILING
def test_score_by_clip(nodes, host, monkeypatch, clip_nodes, clip_tower, failing):
    given = CASES[SCORE].arguments(four_frames())
    asked = {"prompt": tiny_clip.PROMPT, "clip": clip_tower.clip, "clip_vision": clip_tower.vision}
    made = check(nodes[SCORE], host, monkeypatch, failing, **given, **asked)
    assert made.args[2].count('"clip": {') == 4
