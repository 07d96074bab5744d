"""One contract for every node: each kind of tensor, batch, mask and trouble that ComfyUI can bring.

Each variant of the input must give the same *result* as the plain float32 RGB picture, whose effect
is asserted once per node (see cases.py).
"""

from __future__ import annotations

import json
from typing import Any

import pytest
import torch
from torch import Tensor

from softfocus.color import luminance
from testing.cases import CASES, WITHOUT_PICTURE, portrait

pytestmark = pytest.mark.host


@pytest.fixture(scope="module")
def base_results() -> dict[str, tuple[Any, ...]]:
    return {}


@pytest.fixture
def base(run, node_id, base_results) -> tuple[Any, ...]:
    """The node's result for the plain portrait, computed once."""
    if node_id not in base_results:
        base_results[node_id] = run(portrait())
    return base_results[node_id]


def assert_same(result: tuple[Any, ...], base: tuple[Any, ...], tolerance: float) -> None:
    """Every tensor output equals the base's first three channels within `tolerance` (mean of the worst 1 %)."""
    for got, wanted in zip(result, base, strict=True):
        if isinstance(wanted, Tensor) and got.shape[:3] == wanted.shape[:3]:
            got = got[..., :3] if got.ndim == 4 else got
            error = (got.float() - wanted.float()).abs().flatten()
            worst = error.topk(max(1, error.numel() // 100)).values.mean()
            assert worst <= tolerance, f"differs by {worst:.5f}"


def test_effect(node_id, base):
    CASES[node_id].check(portrait(), base)


def test_every_node_has_a_case(nodes):
    assert set(nodes) == set(CASES) | WITHOUT_PICTURE


def test_input_is_never_changed(run):
    image = portrait()
    before = image.clone()
    result = run(image)
    assert torch.equal(image, before)
    for output in result:
        if isinstance(output, Tensor):
            assert output.is_contiguous()
            assert output.untyped_storage().nbytes() == output.numel() * output.element_size()


@pytest.mark.parametrize("dtype, tolerance", [(torch.float16, 0.006), (torch.bfloat16, 0.05)])
def test_half_precision_input(run, node_id, base, dtype, tolerance):
    result = run(portrait().to(dtype))
    assert_same(result, base, tolerance * CASES[node_id].sensitivity)


def test_intermediate_dtype_and_device(run, node_id, base, host, monkeypatch):
    monkeypatch.setattr(host.work.mm, "intermediate_dtype", lambda: torch.float16, raising=False)
    result = run(portrait().half())
    assert_same(result, base, 0.006 * CASES[node_id].sensitivity)
    for output in result:
        if isinstance(output, Tensor) and node_id != "SoftFocusQualityScore":
            assert output.dtype == torch.float16
            assert output.device == host.work.mm.intermediate_device()


def test_alpha_is_kept_and_opaque_alpha_changes_nothing(run, node_id, base):
    opaque = torch.cat([portrait(), torch.ones(1, 256, 256, 1)], -1)
    result = run(opaque)
    assert_same(result, base, 0.002)
    for index in CASES[node_id].image_outputs:
        assert torch.equal(result[index][..., 3:], opaque[..., 3:])


def test_transparent_pixels_keep_their_alpha_and_stay_out_of_the_colors(run, node_id, base):
    image = torch.cat([portrait(), torch.ones(1, 256, 256, 1)], -1)
    image[:, :, :40, 3] = 0
    image[:, :, 40:60, 3] = 0.4
    hidden = image.clone()
    hidden[:, :, :40, :3] = 1 - hidden[:, :, :40, :3]
    first, second = run(image), run(hidden)
    for index in CASES[node_id].image_outputs:
        assert torch.equal(first[index][..., 3], image[..., 3])
        if node_id in ("SoftFocusSelectiveGaussianBlur", "SoftFocusLuminanceBloom", "SoftFocusDiffusionFilter"):
            assert torch.allclose(first[index][:, :, 45:, :3], second[index][:, :, 45:, :3], atol=1e-4)


def test_one_channel_is_the_grey_picture(run, node_id):
    grey = portrait().mean(-1, keepdim=True)
    result, wanted = run(grey), run(grey.expand(-1, -1, -1, 3))
    for index in CASES[node_id].image_outputs:
        assert result[index].shape[-1] == 1
        luma = luminance(wanted[index].movedim(-1, 1)).movedim(1, -1)  # a warm glow has a color
        assert torch.allclose(result[index], luma, atol=1e-5)


def test_hdr_values_pass(run, node_id):
    image = portrait()
    image[:, 200:208, 200:208] = 6.0
    result = run(image)
    for output in result:
        if isinstance(output, Tensor):
            assert torch.isfinite(output).all()
    for index in CASES[node_id].image_outputs:
        assert result[index][:, 200:208, 200:208].max() > 1.2


def test_nan_pixels_do_not_spread(run, node_id, base):
    image = portrait()
    image[:, 250, 250] = torch.nan
    result = run(image)
    for index, output in enumerate(result):
        if isinstance(output, Tensor) and not (node_id == "SoftFocusQualityScore" and index == 1):
            assert torch.isfinite(output).all()


def batch_of_three() -> Tensor:
    first = portrait()
    return torch.cat([first, first * 0.8, first.flip(1)])


def middle_mask(size: int) -> Tensor:
    mask = torch.zeros(1, size, size)
    mask[:, size // 4 : 3 * size // 4, size // 4 : 3 * size // 4] = 1
    return mask


def tensors_of(result: tuple[Any, ...]) -> list[Tensor]:
    return [output for output in result if isinstance(output, Tensor)]


def measurements(report: str) -> dict[int, dict[str, float]]:
    """The numbers of each frame from the JSON line of a Quality Score report."""
    return {
        entry["index"]: {key: value for key, value in entry["effect"].items() if isinstance(value, float)}
        for entry in json.loads(report.splitlines()[-1])
    }


def chunk_lengths(host, monkeypatch) -> list[int]:
    """Record the length of every chunk that is loaded."""
    seen: list[int] = []
    load = host.batch.Batch.frames

    def recording(batch, first, stop, device):
        seen.append(stop - first)
        return load(batch, first, stop, device)

    monkeypatch.setattr(host.batch.Batch, "frames", recording)
    return seen


def test_frame_k_of_a_batch_is_frame_k_alone(run, node_id):
    batch = batch_of_three()
    together = run(batch)
    for index in range(3):
        alone = run(batch[index : index + 1])
        if node_id == "SoftFocusQualityScore":  # a batch is ranked; what is measured on each frame is the same
            assert measurements(together[2])[index] == pytest.approx(measurements(alone[2])[0], abs=2e-3)
            continue
        for got, wanted in zip(tensors_of(together), tensors_of(alone), strict=True):
            assert torch.allclose(got[index : index + 1], wanted, atol=1e-5)


def test_chunks_fit_the_memory_budget_and_change_nothing(run, host, passes, monkeypatch):
    batch = batch_of_three()
    wanted = tensors_of(run(batch))
    monkeypatch.setattr(host.memory, "MAX_CHUNK_BYTES", 1)
    lengths = chunk_lengths(host, monkeypatch)
    got = tensors_of(run(batch))
    assert lengths == [1, 1, 1] * passes
    for first, second in zip(got, wanted, strict=True):
        assert torch.allclose(first, second, atol=1e-5)


def test_full_memory_halves_the_chunk(run, host, passes, monkeypatch):
    batch = batch_of_three()
    wanted = tensors_of(run(batch))
    monkeypatch.setattr(host.work, "chunk_length", lambda count, size, device: count)
    load, seen = host.batch.Batch.frames, []

    def too_large(batch, first, stop, device):
        seen.append(stop - first)
        if stop - first > 1:
            raise torch.cuda.OutOfMemoryError("CUDA out of memory (by the test)")
        return load(batch, first, stop, device)

    monkeypatch.setattr(host.batch.Batch, "frames", too_large)
    got = tensors_of(run(batch))
    assert seen == [3, 1, 1, 1] * passes
    for first, second in zip(got, wanted, strict=True):
        assert torch.allclose(first, second, atol=1e-5)


def test_a_bug_is_not_taken_for_full_memory(run, host, monkeypatch):
    calls = []

    def broken(*arguments):
        calls.append(arguments)
        raise RuntimeError("a bug")

    monkeypatch.setattr(host.batch.Batch, "frames", broken)
    with pytest.raises(RuntimeError, match="a bug"):
        run(batch_of_three())
    assert len(calls) == 1


def test_progress_reaches_the_number_of_frames(run, host, passes, monkeypatch):
    import comfy.utils

    seen: list[tuple[int, int]] = []
    monkeypatch.setattr(
        comfy.utils, "PROGRESS_BAR_HOOK", lambda value, total, preview, node_id=None: seen.append((value, total))
    )
    monkeypatch.setattr(host.memory, "MAX_CHUNK_BYTES", 1)
    run(batch_of_three())
    assert seen[-1] == (3 * passes, 3 * passes) and [value for value, _ in seen] == sorted(value for value, _ in seen)


def test_interruption_stops_between_chunks(run, host, monkeypatch):
    monkeypatch.setattr(host.memory, "MAX_CHUNK_BYTES", 1)
    lengths = chunk_lengths(host, monkeypatch)
    load = host.batch.Batch.frames

    def interrupt_after_first(*arguments):
        host.work.mm.interrupt_current_processing(True)
        return load(*arguments)

    monkeypatch.setattr(host.batch.Batch, "frames", interrupt_after_first)
    with pytest.raises(host.work.mm.InterruptProcessingException):
        run(batch_of_three())
    assert lengths == [1]
    host.work.mm.interrupt_current_processing(False)


@pytest.mark.parametrize("shape", [(256, 256), (1, 256, 256), (1, 1, 256, 256)])
def test_mask_layouts_mean_the_same(run, node_id, shape):
    name = CASES[node_id].mask_input
    mask = middle_mask(256)
    got, wanted = run(portrait(), **{name: mask.reshape(shape)}), run(portrait(), **{name: mask})
    assert_same(got, wanted, 0.0)


def test_mask_is_resized_to_the_image(run, node_id):
    name = CASES[node_id].mask_input
    got, wanted = run(portrait(), **{name: middle_mask(64)}), run(portrait(), **{name: middle_mask(256)})
    for index, (first, second) in enumerate(zip(tensors_of(got), tensors_of(wanted), strict=True)):
        if index not in CASES[node_id].given_back:  # its edge has the width of the small mask's pixels
            assert (first - second).abs().mean() < 0.004


def test_one_mask_serves_a_batch(run, node_id):
    name, mask = CASES[node_id].mask_input, middle_mask(256)
    got = run(batch_of_three(), **{name: mask})
    wanted = run(batch_of_three(), **{name: mask.expand(3, -1, -1)})
    assert_same(got, wanted, 1e-6)


def test_dummy_mask_of_load_image_fits_any_picture(run, node_id):
    name = CASES[node_id].mask_input
    image = portrait()[:, :200]
    result = run(image, **{name: torch.zeros(1, 64, 64)})
    wanted = run(image, **{name: torch.zeros(1, 200, 256)})
    assert_same(result, wanted, 0.0)


def test_wrong_mask_is_named(run, node_id):
    name = CASES[node_id].mask_input
    with pytest.raises(ValueError, match=f"{name}.*2 frames.*image has 3"):
        run(batch_of_three(), **{name: torch.zeros(2, 256, 256)})
    with pytest.raises(ValueError, match=f"{name} has shape"):
        run(portrait(), **{name: torch.zeros(1, 256, 256, 3, 1)})


def test_wrong_image_is_named(run):
    with pytest.raises(ValueError, match="image has shape.*1, 3 or 4 channels"):
        run(torch.zeros(1, 32, 32, 2))


def test_zero_frames_give_zero_frames(run, node_id):
    result = run(portrait()[:0])
    for index in CASES[node_id].image_outputs:
        assert result[index].shape[0] == 0


@pytest.mark.parametrize("size", [(1, 1), (1, 7), (13, 5), (97, 33)])
def test_odd_sizes(run, size):
    image = torch.rand(2, *size, 3)
    for output in tensors_of(run(image)):
        assert torch.isfinite(output).all()


def test_empty_image_on_defaults(run):
    """Core's EmptyImage is what the official frontend tests feed every node."""
    for output in tensors_of(run(torch.zeros(1, 64, 64, 3))):
        assert torch.isfinite(output).all()
