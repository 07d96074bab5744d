"""The gate: one rule each for values, masks, counts and dtypes, whatever the node."""

from __future__ import annotations

import math
from typing import Any

import pytest
import torch
from hypothesis import given, settings
from hypothesis import strategies as st
from torch import Tensor

from softfocus.color import displayable
from testing.cases import CASES, face_mask, portrait, softened
from testing.faces.tracks import comparable
from testing.full_memory import fill_memory

pytestmark = pytest.mark.host
NEUTRAL = {
    "SoftFocusSelectiveGaussianBlur": {"sigma": 0},
    "SoftFocusLuminanceBloom": {"intensity": 0},
    "SoftFocusDiffusionFilter": {"grade": 0},
    "SoftFocusFeatureSharpen": {"amount": 0},
    "SoftFocusDreamyButSharp": {"dream": 0},
}
BAD = (math.nan, math.inf, -math.inf, 1e20, -1e20)
LARGEST = 65504.0


def tensors_of(result: tuple[Any, ...]) -> list[Tensor]:
    return [output for output in result if isinstance(output, Tensor)]


def with_bad_pixels(channels: int = 3) -> Tensor:
    image = torch.cat([portrait(), torch.ones(1, 256, 256, 1)], -1)[..., :channels].clone()
    for place, value in enumerate(BAD):
        image[:, 200, 10 * place, place % channels] = value
    image[:, 200, 60] = 3000.0
    return image


def by_the_rule(image: Tensor) -> Tensor:
    wanted = image.clone()
    wanted[torch.isnan(image) | (image < -LARGEST)] = 0
    wanted[image > LARGEST] = LARGEST
    return wanted


@given(st.lists(st.floats(width=32), min_size=1, max_size=8))
@settings(deadline=None)
def test_rule_of_values(pack, values):
    import softfocus_pack.nodes.host.layouts as layouts

    image = torch.tensor(values).view(1, 1, -1, 1)
    found = layouts.finite_image(image)
    assert torch.equal(found, by_the_rule(image))
    assert found is image or not (image.abs() <= LARGEST).all()
    assert torch.equal(layouts.to_planes(image)[0], found.movedim(-1, 1).expand(-1, 3, -1, -1))
    assert torch.equal(displayable(found), displayable(image))  # what is measured has the same rule


@pytest.mark.parametrize("node_id", sorted(NEUTRAL))
@pytest.mark.parametrize("channels", [1, 3, 4])
def test_neutral_gives_every_value_that_a_picture_can_hold(run, node_id, channels):
    image = with_bad_pixels(channels)
    before = image.clone()
    picture = run(image, image=image, **NEUTRAL[node_id])[0]
    assert torch.equal(picture, by_the_rule(image))
    assert torch.equal(image.nan_to_num(7), before.nan_to_num(7))


@pytest.mark.parametrize("node_id", sorted(NEUTRAL))
@pytest.mark.parametrize("dtype", [torch.float16, torch.bfloat16, torch.float32, torch.float64])
@pytest.mark.parametrize("wanted", [torch.float16, torch.float32])
def test_dtype_is_the_hosts_at_neutral_too(run, node_id, host, monkeypatch, dtype, wanted):
    monkeypatch.setattr(host.work.mm, "intermediate_dtype", lambda: wanted, raising=False)
    image = portrait()[:, :32, :32].to(dtype)
    neutral = run(image, image=image, **NEUTRAL[node_id], **no_masks(node_id))
    worked = run(image, image=image, **no_masks(node_id))
    for outputs in (neutral, worked):
        assert {output.dtype for output in tensors_of(outputs)} == {wanted}
    assert torch.equal(neutral[0], image.to(wanted))


def no_masks(node_id: str) -> dict[str, Any]:
    return {CASES[node_id].mask_input: None} | ({"detail_source": None} if node_id == "SoftFocusFeatureSharpen" else {})


def test_outputs_of_half_precision_hold_the_brightest_light(run, node_id, host, monkeypatch):
    monkeypatch.setattr(host.work.mm, "intermediate_dtype", lambda: torch.float16, raising=False)
    for output in tensors_of(run(with_bad_pixels())):
        assert torch.isfinite(output).all()


FOREIGN = torch.zeros(1, 96, 64)
FOREIGN[:, 30:60, 20:40] = 1


def test_mask_of_another_aspect_is_refused(run, node_id):
    name = CASES[node_id].mask_input
    with pytest.raises(ValueError, match=f"{name} is 64 x 96 but image is 256 x 256"):
        run(portrait(), **{name: FOREIGN})
    run(portrait()[:, :, :255], **{name: face_mask(portrait())[:, ::8, ::8]})  # a latent's size, rounded


def test_mask_of_another_aspect_is_refused_at_neutral_settings_too(run, node_id):
    with pytest.raises(ValueError, match=f"{CASES[node_id].mask_input} is 64 x 96"):
        run(portrait(), **{CASES[node_id].mask_input: FOREIGN}, **NEUTRAL.get(node_id, {}))


@pytest.mark.parametrize("shape", [(1, 64, 64), (64, 64), (1, 96, 30), (0, 256, 256)])
def test_empty_mask_fits_and_is_named(execute, node_id, shape):
    name = CASES[node_id].mask_input
    made = execute(portrait(), **{name: torch.zeros(shape)})
    (text,) = made.ui["text"]
    assert "empty" in text and name.removeprefix("subject_").removeprefix("protect_") in text
    for word in ("min_confidence", "upsample", "Raise", "Lower", "Structure by"):
        assert word not in text, text
    for output in tensors_of(made.args):
        assert torch.isfinite(output).all()


def test_dummy_mask_of_load_image_is_told_from_one_that_was_drawn(execute, node_id):
    name = CASES[node_id].mask_input
    (dummy,), (own,) = (execute(portrait(), **{name: torch.zeros(1, side, side)}).ui["text"] for side in (64, 256))
    assert "Load Image" in dummy and "Load Image" not in own


def test_mask_that_is_empty_in_some_frames_names_them(execute, node_id):
    name = CASES[node_id].mask_input
    masks = face_mask(portrait()).repeat(3, 1, 1)
    masks[1] = 0
    (text,) = execute(portrait().expand(3, -1, -1, -1), **{name: masks}).ui["text"]
    assert "empty in frame 2" in text


def test_mask_with_something_in_it_is_not_called_empty(execute, node_id):
    text = execute(portrait(), **{CASES[node_id].mask_input: face_mask(portrait())}).ui.get("text", ("",))[0]
    assert "empty" not in text


def test_zero_frames_with_everything_connected(execute, node_id):
    case = CASES[node_id]
    image = portrait()
    made = execute(image, image=image[:0], **{case.mask_input: face_mask(image)})
    for index in case.image_outputs:
        assert made.args[index].shape[0] == 0
    for output in tensors_of(made.args):
        assert torch.isfinite(output).all()


@pytest.fixture(scope="module")
def results_of_four() -> dict[str, Any]:
    return {}


@pytest.mark.parametrize("failing", [0, 1])
def test_full_memory_in_the_work_itself_changes_nothing(execute, node_id, host, monkeypatch, results_of_four, failing):
    """In every run over the frames, memory is full at the end of the work on the chunk number `failing`."""
    image = portrait()
    batch = torch.cat([image, image * 0.8, image.flip(1), image.flip(2)])
    if node_id not in results_of_four:
        results_of_four[node_id] = execute(batch)
    wanted = results_of_four[node_id]
    lengths = fill_memory(host.work, monkeypatch, failing)
    got = execute(batch)
    assert lengths == [[2] * (failing + 1) + [1] * (4 - 2 * failing)] * CASES[node_id].passes
    assert (got.ui or {}).get("text") == (wanted.ui or {}).get("text")
    for first, second in zip(got.args, wanted.args, strict=True):
        if isinstance(first, Tensor):
            assert torch.allclose(first, second, atol=1e-5)
        else:
            assert comparable(first) == comparable(second)


@pytest.mark.parametrize("dtype", [torch.uint8, torch.bool, torch.int64])
def test_whole_numbers_are_refused(run, node_id, dtype):
    """255 would be light far beyond white."""
    for name in ("image", "detail_source", "reference"):
        given = CASES[node_id].arguments(portrait())
        if name in given:
            with pytest.raises(ValueError, match=f"{name} holds {dtype} values; expected floats"):
                run(portrait(), **{name: (255 * given[name]).to(dtype)})


def test_second_image_without_frames_is_named(run, node_id):
    for name in ("detail_source", "reference"):
        if name in CASES[node_id].arguments(portrait()):
            with pytest.raises(ValueError, match=f"{name} has 0 frames but image has 1"):
                run(portrait(), **{name: softened(portrait())[:0]})
