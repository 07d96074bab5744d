"""Live preview below the server: what is kept of a run, what is made of it, what a request may ask."""

from __future__ import annotations

import io
import sys
from types import SimpleNamespace
from typing import Any

import numpy as np
import pytest
import torch
from PIL import Image
from skimage.data import astronaut
from torch import Tensor
from torch.nn.functional import interpolate

from testing.cases import CASES, portrait
from testing.host_in_process import run_node

pytestmark = pytest.mark.host
NODE_IDS = [
    "SoftFocusLuminanceBloom",
    "SoftFocusSelectiveGaussianBlur",
    "SoftFocusFeatureSharpen",
    "SoftFocusDiffusionFilter",
    "SoftFocusDreamyButSharp",
]
OTHER_SETTINGS = {
    "SoftFocusLuminanceBloom": [
        {"intensity": 1, "threshold": 0.4, "highlight_boost": 3, "halation": 1, "tint": "#ff8040"},
        {"intensity": 0},
    ],
    "SoftFocusSelectiveGaussianBlur": [
        {"sigma": 3.5, "unit": "pixels", "max_delta": 0.1},
        {"sigma": 2, "linear_light": False},
        {"sigma": 0},
    ],
    "SoftFocusFeatureSharpen": [{"amount": 4, "floor": 1, "noise_threshold": 0, "halo_limit": 1}, {"amount": 0}],
    "SoftFocusDiffusionFilter": [
        {"family": "cine bloom", "grade": 2, "size": 250, "warmth": 0.3, "halation": 1, "highlight_boost": 2},
        {"family": "glimmer", "grade": 0.125},
        {"grade": 0},
    ],
    "SoftFocusDreamyButSharp": [
        {"dream": 0.9, "clarity": 0.2, "tint": "#ff8040"},
        {"dream": 0.2, "clarity": 1, "frames": "one setting a shot"},
        {"dream": 0},
    ],
}
PRESET = '{"family": "white mist", "grade": 0.5, "size": 150, "warmth": 0.5, "halation": 0.5}'


@pytest.fixture
def preview(pack: Any) -> Any:
    """The modules of the preview, with nothing kept."""
    names = ("cache", "picture", "request", "route")
    modules = SimpleNamespace(**{name: sys.modules[f"{pack.__name__}.nodes.preview.{name}"] for name in names})
    modules.cache._entries.clear()
    yield modules
    modules.cache._entries.clear()


@pytest.fixture
def run(pack: Any) -> Any:
    """Run a node as a prompt does, as node `at` of a workflow; its first result."""
    nodes = {cls.GET_SCHEMA().node_id: cls for cls in sys.modules[pack.__name__ + ".nodes"].NODES}

    def call(node_id: str, image: Tensor, at: str = "7", extra: Any = None, **changes: Any) -> Tensor:
        cls = nodes[node_id]
        from comfy_api.latest import io as comfy_io

        hidden = {comfy_io.Hidden.unique_id: at, comfy_io.Hidden.extra_pnginfo: extra}
        return run_node(cls, hidden, **{**CASES[node_id].arguments(image), **changes}).args[0]

    return call


def saved(image: Tensor) -> np.ndarray:
    """[H, W, C] as Save Image writes the first frame."""
    return np.clip(255 * image[0].numpy(), 0, 255).astype(np.uint8)


def decoded(file: bytes) -> np.ndarray:
    picture = Image.open(io.BytesIO(file))
    assert picture.format == "WEBP"
    return np.asarray(picture)


def difference(first: np.ndarray, second: np.ndarray) -> int:
    assert first.shape == second.shape
    return int(np.abs(first.astype(int) - second.astype(int)).max())


def resized(image: Tensor, size: tuple[int, int]) -> Tensor:
    larger = interpolate(image.movedim(-1, 1), size, mode="bicubic", antialias=True).clamp(0, 1)
    return larger.movedim(1, -1).contiguous()


@pytest.mark.parametrize("node_id", NODE_IDS)
def test_preview_at_equal_size_is_the_queued_picture(preview, run, node_id):
    run(node_id, portrait())
    entry = preview.cache.find(("", "7"), node_id)
    for changes in OTHER_SETTINGS[node_id]:
        preview.request.check_settings(entry.schema, changes)
        shown = decoded(preview.picture.picture_after(entry, changes))
        assert difference(shown, saved(run(node_id, portrait(), at="8", **changes))) <= 2, changes
    shown = decoded(preview.picture.picture_after(entry, {}))
    assert difference(shown, saved(run(node_id, portrait(), at="8"))) <= 2, "settings of the run"
    before = CASES[node_id].arguments(portrait())["image"]
    assert difference(decoded(preview.picture.picture_before(entry)), saved(before)) <= 1


def test_preview_follows_a_connected_preset_and_not_the_widgets_that_it_replaces(preview, run):
    node_id = "SoftFocusDiffusionFilter"
    for at, widgets in (("7", {}), ("9", {"grade": 0})):
        wanted = saved(run(node_id, portrait(), at=at, preset=PRESET, **widgets))
        assert difference(wanted, saved(portrait())) > 10
        entry = preview.cache.find(("", at), node_id)
        for changes in ({}, *OTHER_SETTINGS[node_id][1:]):
            preview.request.check_settings(entry.schema, changes)
            assert difference(decoded(preview.picture.picture_after(entry, changes)), wanted) <= 2, changes
    boosted = saved(run(node_id, portrait(), at="8", preset=PRESET, highlight_boost=3))  # no part of a preset
    assert difference(boosted, wanted) > 10
    assert difference(decoded(preview.picture.picture_after(entry, {"highlight_boost": 3})), boosted) <= 2


@pytest.mark.parametrize("node_id", NODE_IDS)
@pytest.mark.parametrize("channels", [1, 4])
def test_grey_and_transparent_pictures(preview, run, node_id, channels):
    image = portrait().mean(-1, keepdim=True)
    if channels == 4:
        image = torch.cat([portrait(), torch.linspace(0, 1, 256).expand(1, 256, 256)[..., None]], -1)
    wanted = saved(run(node_id, image))
    entry = preview.cache.find(("", "7"), node_id)
    shown = decoded(preview.picture.picture_after(entry, {}))
    assert difference(shown, wanted if channels == 4 else wanted.repeat(3, -1)) <= 2


@pytest.mark.parametrize("changes", [{"sigma": 1, "unit": "% of diagonal"}, {"sigma": 20, "unit": "pixels"}])
def test_small_copy_of_a_large_picture_shows_its_look(preview, run, changes):
    node_id = "SoftFocusSelectiveGaussianBlur"
    large = resized(portrait(), (1536, 1024))
    whole = run(node_id, large, protect_mask=torch.zeros(1, 1536, 1024), **changes)
    entry = preview.cache.find(("", "7"), node_id)
    shown = decoded(preview.picture.picture_after(entry, {}))
    assert shown.shape == (512, 341, 3)
    assert np.abs(shown.astype(int) - saved(resized(whole, (512, 341)))).mean() < 1


@pytest.mark.parametrize("node_id", NODE_IDS)
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_draft_is_the_picture_reduced(preview, run, node_id, channels):
    side = preview.cache.LONGEST_SIDE
    image = torch.from_numpy(astronaut()).float()[None] / 255
    assert image.shape == (1, side, side, 3)
    if channels == 1:
        image = image.mean(-1, keepdim=True)
    if channels == 4:
        image = torch.cat([image, torch.linspace(0, 1, side).expand(1, side, side)[..., None]], -1)
    run(node_id, image)
    entry = preview.cache.find(("", "7"), node_id)
    for changes in ({}, *OTHER_SETTINGS[node_id]):
        full, draft = (decoded(preview.picture.picture_after(entry, changes, draft)) for draft in (False, True))
        wanted = saved(resized(torch.from_numpy(full.copy()).float()[None] / 255, (side // 4, side // 4)))
        assert draft.shape == wanted.shape
        assert np.abs(draft.astype(int) - wanted).mean() < 3, changes


@pytest.mark.parametrize("node_id", NODE_IDS)
@pytest.mark.parametrize("size", [(1, 1), (97, 1), (1, 200), (33, 101), (600, 427)])
def test_draft_of_any_size(preview, run, node_id, size):
    run(node_id, resized(portrait(), size))
    entry = preview.cache.find(("", "7"), node_id)
    before = entry.frames.rgb.clone()
    height, width = before.shape[2:]
    small = preview.cache.drafted(entry.frames)
    kept = [each for each in (small.rgb, *small.masks.values(), *small.images.values()) if each is not None]
    assert {tuple(each.shape[2:]) for each in kept} == {(max(1, height // 4), max(1, width // 4))}
    draft = decoded(preview.picture.picture_after(entry, {}, True))
    assert draft.shape == (*small.rgb.shape[2:], 3)
    assert preview.cache.find(("", "7"), node_id) is entry and torch.equal(entry.frames.rgb, before)


def test_only_the_first_frame_of_everything_is_kept_small_and_apart(preview, run):
    image = resized(portrait().expand(3, -1, -1, -1), (700, 600))
    image[1:] = 0
    before = image.clone()
    run("SoftFocusFeatureSharpen", image, mask=torch.ones(3, 70, 60), detail_source=image)
    frames = preview.cache.find(("", "7"), "SoftFocusFeatureSharpen").frames
    kept = [frames.rgb, *frames.masks.values(), *frames.images.values()]
    kept = [each for each in kept if each is not None]
    assert {tuple(each.shape[2:]) for each in kept} == {(512, 439)} and {len(each) for each in kept} == {1}
    assert all(each.untyped_storage().nbytes() <= each.numel() * 4 for each in kept)
    image.zero_()
    assert frames.images["detail_source"].mean() > 0.1 and before.mean() > 0.1


def test_transparent_color_does_not_bleed_into_the_small_copy(preview, run):
    image = torch.zeros(1, 900, 900, 4)
    image[:, :, 333:, :] = 0.5
    image[:, :, 333:, 3] = 1
    image[:, :, :333, 0] = 1  # red, hidden
    run("SoftFocusLuminanceBloom", image)
    frames = preview.cache.find(("", "7"), "SoftFocusLuminanceBloom").frames
    seen = frames.alpha[0, 0] > 0.05
    assert (frames.rgb[0][:, seen] - 0.5).abs().max() < 1e-4


def test_memory_is_bounded_and_the_last_used_stay(preview, run):
    image = portrait()[:, :16, :16].contiguous()
    most = preview.cache.MOST_ENTRIES
    for number in range(most + 5):
        run("SoftFocusLuminanceBloom", image, at=str(number), protect_mask=None)
        assert preview.cache.find(("", "0"), "SoftFocusLuminanceBloom")
    assert len(preview.cache._entries) == most
    assert preview.cache.find(("", "1"), "SoftFocusLuminanceBloom") is None


@pytest.mark.parametrize(
    "extra, workflow",
    [(None, ""), ([1], ""), ({"workflow": 3}, ""), ({"workflow": {"id": 3}}, ""), ({"workflow": {"id": "w"}}, "w")],
)
def test_entries_are_of_one_workflow_node_and_class(preview, run, extra, workflow):
    run("SoftFocusLuminanceBloom", portrait(), at="12:5", extra=extra)
    find = preview.cache.find
    assert find((workflow, "12:5"), "SoftFocusLuminanceBloom")
    assert find((workflow, "12:5"), "SoftFocusFeatureSharpen") is None
    assert find(("other", "12:5"), "SoftFocusLuminanceBloom") is None


def test_what_runs_outside_a_prompt_or_cannot_be_shown_leaves_the_node_alone(preview, run, pack):
    bloom = sys.modules[pack.__name__ + ".nodes.luminance_bloom"].LuminanceBloom
    bloom.execute(portrait(), 0.4, 0, 0.5, 3, 0.5, 0, "#ffffff")
    run("SoftFocusLuminanceBloom", portrait()[:0], protect_mask=None)
    with pytest.raises(ValueError, match="protect_mask has shape"):  # at neutral settings too
        run("SoftFocusSelectiveGaussianBlur", portrait(), sigma=0, protect_mask=torch.zeros(2, 3, 4, 5))
    assert not preview.cache._entries


@pytest.mark.parametrize("node_id", NODE_IDS)
def test_preview_neither_calls_the_host_nor_takes_an_interruption(preview, run, node_id, monkeypatch):
    import comfy.model_management as mm
    import comfy.utils

    run(node_id, portrait())
    entry = preview.cache.find(("", "7"), node_id)

    def called(*arguments: Any, **options: Any) -> None:
        raise AssertionError("the host was called")

    for name in ("get_torch_device", "free_memory", "throw_exception_if_processing_interrupted"):
        monkeypatch.setattr(mm, name, called)
    monkeypatch.setattr(comfy.utils, "ProgressBar", called)
    mm.interrupt_current_processing(True)
    try:
        preview.picture.picture_after(entry, {})
        assert mm.processing_interrupted()
    finally:
        mm.interrupt_current_processing(False)
