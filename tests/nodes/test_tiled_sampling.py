"""Dream Guidance and samplers in tiles: inside the model each tile has its part of the mask; others are told of."""

from __future__ import annotations

import importlib
import logging
from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor
from torch.nn.functional import interpolate

from testing.host_in_process import run_node
from testing.nets.tiny_diffusion import Family, build

pytestmark = pytest.mark.host
TILES = [(slice(top, top + 12), slice(left, left + 8)) for top in (0, 12) for left in (0, 8)]


@pytest.fixture(scope="module")
def node(pack: Any) -> Any:
    return importlib.import_module(pack.__name__ + ".nodes.dream_guidance")


@pytest.fixture(scope="module")
def squeezed(pack: Any) -> Any:
    return importlib.import_module(pack.__name__ + ".nodes.squeezed_mask")


@pytest.fixture(scope="module")
def sd15(pack: Any) -> Family:
    return build("SD15")


@pytest.fixture
def said(caplog: pytest.LogCaptureFixture) -> Callable[[], list[str]]:
    caplog.set_level(logging.WARNING)
    return lambda: [record.getMessage() for record in caplog.records if "Dream Guidance" in record.getMessage()]


@pytest.fixture
def one_node(pack: Any) -> Callable[[str], Any]:
    """As the host's executor marks the run of a node."""
    from comfy_execution.utils import CurrentNodeContext

    return lambda node_id: CurrentNodeContext("prompt", node_id, 0)


def corner(height: int = 192, width: int = 128) -> Tensor:
    """[1, H, W]: a face in the upper left."""
    mask = torch.zeros(1, height, width)
    mask[:, height // 8 : height // 3, width // 8 : width // 2] = 1
    return mask


def in_tiles(apply: Any, args: dict[str, Any]) -> Tensor:
    """Like Tiled Diffusion: the model sees tiles, the sampler the whole."""
    result = torch.zeros_like(args["input"])
    for tile in TILES:
        part = args["input"][..., tile[0], tile[1]]
        result[..., tile[0], tile[1]] = apply(part, args["timestep"], **args["c"])
    return result


def test_tiles_inside_the_model_have_their_parts_of_the_mask(node, sd15, monkeypatch, said, one_node):
    shape, seen = node.shape_guidance, []
    monkeypatch.setattr(node, "shape_guidance", lambda *args: seen.append(args) or shape(*args))
    model = sd15.patcher.clone()
    model.set_model_unet_function_wrapper(in_tiles)
    with one_node("5"):
        sd15.sample(run_node(node.DreamGuidance, model=model, mask=corner()).args[0])
    wanted = interpolate(corner()[None], (24, 16), mode="bilinear", antialias=True)
    assert seen and not said()
    for denoised, _, mask, *_ in seen:
        assert denoised.shape[-2:] == (24, 16)
        for tile in TILES:
            assert (mask[..., tile[0], tile[1]] - wanted[..., tile[0], tile[1]]).abs().max() <= 1 / 255


def test_a_sampler_that_samples_tiles_one_by_one_is_told_of_once(node, sd15, squeezed, said, one_node):
    """Like Ultimate SD Upscale: square tiles of a square picture, of any size, which nothing tells from the whole."""
    guided = run_node(node.DreamGuidance, model=sd15.patcher, mask=corner()).args[0]
    with one_node("5"):
        sd15.sample(guided)
        assert said() == []
        for _ in range(3):
            sd15.sample(guided.clone())
    assert said() == [f"Dream Guidance: {squeezed.PARTS}"]
    with one_node("6"):
        sd15.sample(guided)
    assert len(said()) == 1, "another node may use the same model"


def test_a_larger_second_pass_over_the_whole_is_no_tile(node, sd15, squeezed, said, one_node):
    """Like a sampler that draws, enlarges the latent and draws again, in one node."""
    guided = run_node(node.DreamGuidance, model=sd15.patcher, mask=corner()).args[0]
    with one_node("5"):
        sd15.sample(guided)
        sd15.sample(guided.clone(), latent=torch.zeros(1, 4, 36, 24))
        assert said() == []
        sd15.sample(guided.clone(), latent=torch.zeros(1, 4, 30, 20))
    assert said() == [f"Dream Guidance: {squeezed.PARTS}"], "smaller than what was drawn before"


def test_a_crop_after_the_whole_is_told_of(node, sd15, said, one_node):
    """Like a detailer behind a sampler in one node: larger than the whole, of another aspect ratio."""
    guided = run_node(node.DreamGuidance, model=sd15.patcher, mask=corner()).args[0]
    with one_node("5"):
        sd15.sample(guided)
        for _ in range(2):
            sd15.sample(guided.clone(), latent=torch.zeros(1, 4, 32, 32))
    (text,) = said()
    assert "a latent of 32 x 32, another aspect ratio." in text


def test_a_tile_of_another_aspect_is_told_of_at_once(node, sd15, said, one_node):
    guided = run_node(node.DreamGuidance, model=sd15.patcher, mask=corner()).args[0]
    with one_node("5"):
        sd15.sample(guided, latent=torch.zeros(1, 4, 16, 16))
    (text,) = said()
    assert "the mask is 128 x 192 and is squeezed into a latent of 16 x 16, another aspect ratio." in text


@pytest.mark.parametrize("mask", [None, torch.zeros(1, 64, 64), torch.ones(1, 64, 64)])
def test_a_mask_without_a_place_is_never_squeezed(node, sd15, said, one_node, mask):
    guided = run_node(node.DreamGuidance, model=sd15.patcher, mask=mask).args[0]
    with one_node("5"):
        for _ in range(2):
            sd15.sample(guided)
    assert said() == []


def test_without_an_executor_nothing_is_counted(node, sd15, said):
    guided = run_node(node.DreamGuidance, model=sd15.patcher, mask=corner()).args[0]
    for _ in range(2):
        sd15.sample(guided)
    assert said() == []


def test_the_log_has_it_where_the_sampler_silences_the_log(node, sd15, squeezed, said, one_node):
    """As Ultimate SD Upscale does, for its progress bars' sake."""
    guided = run_node(node.DreamGuidance, model=sd15.patcher, mask=corner()).args[0]
    root = logging.getLogger()
    level = root.level
    root.setLevel(logging.CRITICAL + 1)
    try:
        with one_node("5"):
            for _ in range(2):
                sd15.sample(guided)
    finally:
        root.setLevel(level)
    assert said() == [f"Dream Guidance: {squeezed.PARTS}"]


def test_the_page_shows_it_on_the_node(node, sd15, squeezed, one_node, monkeypatch):
    import sys
    from types import SimpleNamespace

    from comfy_api.latest import io

    shown: list[tuple[str, str]] = []
    instance = SimpleNamespace(send_progress_text=lambda text, node_id: shown.append((node_id, text)))
    monkeypatch.setitem(sys.modules, "server", SimpleNamespace(PromptServer=SimpleNamespace(instance=instance)))
    hidden = {io.Hidden.unique_id: "12:5"}
    guided = run_node(node.DreamGuidance, hidden=hidden, model=sd15.patcher, mask=corner()).args[0]
    with one_node("7"):
        for _ in range(2):
            sd15.sample(guided)
    assert shown == [("12:5", squeezed.PARTS)]
