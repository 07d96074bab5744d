"""The live preview shows nothing of hidden colors either, at any size."""

from __future__ import annotations

import io
import sys
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image

from testing.hidden_colors import RAMPS, disc_alpha, hidden_noise
from testing.host_in_process import run_node
from testing.host_nodes import NODE_IDS, SHARPEN, nodes
from testing.pictures import make_picture

pytestmark = pytest.mark.host
SEEN = 16  # alpha of 255 from which a color is seen as it is


@pytest.fixture
def cache(pack: Any) -> Any:
    """The module that keeps what the preview needs, with nothing kept."""
    module = sys.modules[pack.__name__ + ".nodes.preview.cache"]
    module._entries.clear()
    yield module
    module._entries.clear()


def shown(pack: Any, cache: Any, node_id: str, image: torch.Tensor) -> list[np.ndarray]:
    """Input, result and draft as the page gets them, [H, W, 4]."""
    from comfy_api.latest import io as comfy_io

    given = {"image": image} | ({"detail_source": image} if node_id == SHARPEN else {})
    run_node(nodes()[node_id], {comfy_io.Hidden.unique_id: "7", comfy_io.Hidden.extra_pnginfo: None}, **given)
    picture = sys.modules[pack.__name__ + ".nodes.preview.picture"]
    entry = cache.find(("", "7"), node_id)
    files = picture.picture_before(entry), picture.picture_after(entry, {}), picture.picture_after(entry, {}, True)
    return [np.asarray(Image.open(io.BytesIO(each))) for each in files]


@pytest.mark.parametrize("node_id", NODE_IDS)
@pytest.mark.parametrize("size", [300, 700])
@pytest.mark.parametrize("ramp", RAMPS, ids=["hard", "ramped"])
def test_preview_shows_no_hidden_color(pack, cache, node_id, size, ramp):
    image, alpha = make_picture(size, size), disc_alpha(size, ramp)
    versions = [
        shown(pack, cache, node_id, torch.cat([torch.where(alpha == 0, hidden, image), alpha], 1).movedim(1, -1))
        for hidden in (torch.ones(1), hidden_noise(image, 0), torch.full((1,), 3000.0))
    ]
    for white, *others in zip(*versions, strict=True):
        for other in others:
            off = np.abs(white.astype(int) - other.astype(int))[white[..., 3] >= SEEN]
            assert off.max() <= 1
