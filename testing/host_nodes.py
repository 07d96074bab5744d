"""ComfyUI's own nodes and ours, called in this process as ComfyUI calls them, on the CPU."""

from __future__ import annotations

import importlib
import math
import sys
from functools import lru_cache
from typing import Any

import torch

from testing.host_in_process import load_pack, run_node

BLUR, BLOOM, SHARPEN = "SoftFocusSelectiveGaussianBlur", "SoftFocusLuminanceBloom", "SoftFocusFeatureSharpen"
NODE_IDS = (BLUR, BLOOM, SHARPEN)
HOST_BLUR, HOST_SHARPEN = "ImageBlur", "ImageSharpen"


@lru_cache(maxsize=1)
def nodes() -> dict[str, Any]:
    """Node classes by id: all of ours, and the two of the host."""
    pack = load_pack()
    ours = sys.modules[pack.__name__ + ".nodes"].NODES
    host = _host_module()
    theirs = {HOST_BLUR: host.Blur, HOST_SHARPEN: host.Sharpen}
    return {cls.GET_SCHEMA().node_id: cls for cls in ours} | theirs


def call(node_id: str, **arguments: Any) -> tuple[Any, ...]:
    """The outputs of a node; inputs that are not given are at their defaults."""
    return run_node(nodes()[node_id], **arguments).args


def floats_per_pixel(node_id: str) -> int:
    """What the node declares to hold at its peak."""
    return sys.modules[nodes()[node_id].__module__].FLOATS_PER_PIXEL


def effective_sigma(radius: int, sigma: float) -> float:
    """Standard deviation in pixels of ImageBlur's kernel, whose own sigma is in units of its radius."""
    nodes()
    kernel = _host_module().gaussian_kernel(2 * radius + 1, sigma)
    offsets = torch.arange(-radius, radius + 1)
    return math.sqrt(float((kernel.sum(0) * offsets**2).sum()))


def _host_module() -> Any:
    return importlib.import_module("comfy_extras.nodes_post_processing")
