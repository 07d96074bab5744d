"""The meter on operations whose traffic is known."""

from __future__ import annotations

import sys
from importlib.util import module_from_spec, spec_from_file_location

import numpy as np
import pytest
import torch
from torch import Tensor
from torch.nn.functional import conv2d, embedding_bag

from benchmarks.engine.cost.measure import TensorLeft, as_here, as_on_a_device, count, measure, predicted_ms
from benchmarks.engine.cost.meter import FEW, Count, Meter
from softfocus import device_path
from softfocus.filters.gaussian import gaussian_blur
from softfocus.filters.row_strips import map_rows
from softfocus.opencv import opencv

SIDE = 64
PLANE = 4 * SIDE * SIDE  # bytes
A, B, C = torch.rand(3, SIDE, SIDE)
OUT = torch.empty(SIDE, SIDE)
COLUMN = torch.rand(SIDE, 1)
ROWS = torch.tensor([3, 3, 9])
SPOT = torch.zeros(SIDE, SIDE, dtype=torch.bool)
SPOT[:2, :5] = True
ONE = torch.tensor(1.0)
SOME = 3 * SIDE * 4  # bytes of three rows

KNOWN = {
    "two planes make a third": (lambda: A + B, 1, 3 * PLANE),
    "a number is no plane": (lambda: A * 2, 1, 2 * PLANE),
    "views are free": (lambda: A.mT[1:].unsqueeze(0)[..., ::2].expand(3, -1, -1), 0, 0),
    "a part counts as what it is": (lambda: A[:, ::4] + 1, 1, PLANE // 2),
    "new memory is free": (lambda: torch.empty_like(A).resize_(5), 0, 0),
    "a filled plane is written": (lambda: torch.zeros_like(A), 1, PLANE),
    "an expanded axis has one value": (lambda: COLUMN.expand(-1, SIDE) + A, 1, 4 * SIDE + 2 * PLANE),
    "in place reads and writes": (lambda: A.clone().add_(B), 2, 5 * PLANE),
    "what is overwritten is not read": (lambda: OUT.copy_(A), 1, 2 * PLANE),
    "nor what is given as out": (lambda: torch.add(A, B, out=OUT), 1, 3 * PLANE),
    "nor what is filled": (lambda: OUT.zero_(), 1, PLANE),
    "three operands": (lambda: torch.lerp(A, B, C), 1, 4 * PLANE),
    "one operation on a list": (lambda: torch.cat([A, B]), 1, 4 * PLANE),
    "a sum": (lambda: A.sum(0), 1, PLANE + 4 * SIDE),
    "a product": (lambda: A @ B[:, :8], 1, PLANE + 2 * PLANE // 8),
    "products in a batch, added to": (lambda: torch.baddbmm(C[None], A[None], B[None]), 1, 4 * PLANE),
    "a convolution": (lambda: conv2d(A[None, None], torch.ones(2, 1, 3, 3), padding=1), 2, 3 * PLANE + 2 * 72),
    "index_select takes rows": (lambda: A.index_select(0, ROWS), 1, 2 * SOME + 24),
    "so does an index": (lambda: A[ROWS], 1, 2 * SOME + 24),
    "take": (lambda: A.take(ROWS), 1, 2 * 12 + 24),
    "gather, its index expanded": (lambda: A.gather(0, ROWS[:, None].expand(-1, SIDE)), 1, 2 * SOME + 24),
    "a mask takes what it shows": (lambda: A[SPOT], 1, SIDE * SIDE + 2 * 40),
    "a bag takes its rows": (lambda: embedding_bag(ROWS, A, ROWS[:1] - 3, mode="sum"), 2, 16 + 32 + SOME + SOME // 3),
    "a scatter touches its places": (lambda: OUT.scatter_(0, ROWS[:, None].expand(-1, SIDE), A), 1, 24 + 2 * SOME),
    "adding reads them": (lambda: OUT.index_add_(0, ROWS, A[:3]), 1, 24 + 3 * SOME),
    "apart, the rest is copied": (lambda: A.index_add(0, ROWS, B[:3]), 1, 24 + 3 * SOME + 2 * PLANE),
    "by a mask": (lambda: OUT.index_put_((SPOT,), ONE), 1, SIDE * SIDE + 4 + 40),
    "composed": (lambda: torch.einsum("ab,cb->ac", A, B), 1, 3 * PLANE),
    "nothing of nothing": (lambda: A[:0] + 1, 0, 0),
}


@pytest.mark.parametrize("name", KNOWN)
def test_known_traffic(name):
    work, operations, moved = KNOWN[name]
    found = measure(work)
    assert (found.operations, found.bytes) == (operations, moved)


def test_inference_and_training_count_alike():
    """Inference mode hands compositions to a dispatch mode whole."""
    found = []
    for mode in (torch.inference_mode, torch.no_grad):
        count_here = Count()
        with mode(), Meter(count_here):
            torch.einsum("abc,dc->abd", A[None], B).reshape(-1).clamp(0, 1)
        found.append(count_here)
    assert found[0] == found[1]
    assert found[0].operations == 2


@pytest.mark.parametrize("leave", [np.asarray, lambda plane: plane.sqrt().cpu().numpy(), lambda plane: plane.tolist()])
def test_a_plane_that_leaves_torch_fails_on_a_device(leave):
    with pytest.raises(TensorLeft, match=r"test_engine_meter.py:\d+: (numpy|tolist) of \[64, 64\]"):
        measure(lambda: leave(A))
    assert measure(lambda: leave(A[0])).syncs >= 1
    assert len(count(lambda: leave(A), as_here).left) == 1
    assert FEW < A.numel()


def test_numbers_wait():
    assert measure(lambda: float(A.sum())).syncs == 1
    assert measure(lambda: bool((A > 2).any())).syncs == 1
    assert measure(lambda: A.nonzero()).syncs == 1
    assert measure(lambda: A + B).syncs == 0


def test_a_device_has_no_opencv_and_no_strips():
    image = torch.rand(1, 3, 1024, 1024)
    seen: list[int] = []

    def doubled(rows: Tensor) -> Tensor:
        seen.append(rows.shape[-2])
        return rows * 2

    assert measure(lambda: map_rows(doubled, image)).operations == 1
    assert set(seen) == {1024}
    assert count(lambda: map_rows(doubled, image), as_here).operations > 3
    with as_on_a_device(Count()):
        assert opencv("sepFilter2D") is None
    assert opencv("sepFilter2D") is not None


def test_a_library_that_the_first_run_loads_takes_the_path_too(monkeypatch):
    """The host's copy of the pack is loaded as late as its first node runs."""
    name = "late.softfocus.device_path"
    spec = spec_from_file_location(name, device_path.__file__)
    late, seen = module_from_spec(spec), []
    spec.loader.exec_module(late)

    def work() -> None:
        monkeypatch.setitem(sys.modules, name, late)
        seen.append(late.on_device(A))

    measure(work)
    assert seen == [False, True]
    assert not late.on_device(A)


def test_opencv_counts_on_the_processor():
    image = torch.rand(1, 1, 128, 128)
    plane = 4 * 128 * 128
    here = count(lambda: gaussian_blur(image, 1.5), as_here)
    assert 2 * plane <= here.bytes < 2.1 * plane  # and a kernel


def test_predicted_time_is_launches_and_traffic():
    assert predicted_ms(Count(operations=200, bytes=10**9), 1e12, 5e-6) == pytest.approx(2.0)
