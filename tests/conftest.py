"""Fixtures of the whole suite: pictures with structure, and the pack loaded into the real ComfyUI."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import torch
from torch import Tensor

from softfocus.device_path import forced
from testing import host_in_process
from testing.pictures import make_picture

torch.set_num_threads(1)  # several times faster on small pictures than two threads, and the same everywhere


@pytest.fixture(scope="session")
def pack():
    """The pack as ComfyUI imports it, in this process, on the real host (CPU)."""
    return host_in_process.load_pack()


@pytest.fixture(scope="module", params=[False, True], ids=["cpu", "device"])
def path(request: pytest.FixtureRequest) -> Iterator[None]:
    """Both ways to work: for modules that `usefixtures` it."""
    with forced(request.param):
        yield


@pytest.fixture
def picture() -> Tensor:
    return make_picture(48, 64)
