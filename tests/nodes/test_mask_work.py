"""What Face Detail Mask does at its defaults, counted: the same on every machine, where a clock is not."""

from __future__ import annotations

import importlib
from collections import Counter
from typing import Any
from unittest import mock

import pytest
import torch
from skimage import data

from testing.host_in_process import run_node


@pytest.fixture(scope="module")
def work(pack) -> Counter[str]:
    """How many pictures each net is shown, and how often each step runs, for one portrait of 512 px with one face."""

    def module(name: str) -> Any:
        return importlib.import_module(f"{pack.__name__}.{name}")

    cls = module("nodes.face_detail_mask").FaceDetailMask
    image = torch.from_numpy(data.astronaut())[None].float() / 255
    nets = module("softfocus.faces.nets.weights").face_nets(image.device)
    run_node(cls, image=image)  # weights and constants are read once
    counted: Counter[str] = Counter()
    handles = [
        getattr(nets, name).register_forward_hook(
            lambda _, inputs, __, name=name: counted.update({name: len(inputs[0]), f"{name} runs": 1})
        )
        for name in ("short", "full", "mesh", "drawn")
    ]
    samples, refine = module("softfocus.matting.samples").Samples, module("softfocus.matting.refine")
    steps = {
        "sides": mock.patch.object(samples, "_local", autospec=True, side_effect=samples._local),
        "foregrounds": mock.patch.object(refine, "estimate_foreground", side_effect=refine.estimate_foreground),
    }
    mocks = {name: patch.start() for name, patch in steps.items()}
    run_node(cls, image=image)
    for patch in steps.values():
        patch.stop()
    for handle in handles:
        handle.remove()
    return counted + Counter({name: spy.call_count for name, spy in mocks.items()})


def test_every_view_is_shown_once(pack, work):
    views = importlib.import_module(f"{pack.__name__}.softfocus.faces.finding.views")
    shown = Counter(view.net for view in views.whole_views(512, 512) + views.tile_views(512, 512))
    assert (work["short"], work["full"]) == (shown["short"], shown["full"])


def test_small_views_are_shown_together_and_large_ones_one_by_one(work):
    assert (
        work["short runs"] == 1 + 2 and work["full runs"] == 1
    )  # the whole picture twice; a tile at each of two scales


def test_drawn_faces_are_sought_by_one_run_of_the_cascade(work):
    assert work["drawn runs"] == 1


def test_the_mesh_looks_at_a_sure_face_four_times_and_at_a_doubted_one_twice(work):
    """Twice, each time mirrored too; where hardly a face is seen, not mirrored."""
    doubted = 1  # find in a tile of this portrait that is none
    assert work["mesh"] == 4 + 2 * doubted


def test_colors_of_both_sides_are_gathered_once_for_the_mask_and_the_first_pass_and_once_for_the_second(work):
    assert work["sides"] == 4


def test_nobody_asks_for_the_foreground(work):
    assert work["foregrounds"] == 0
