"""The declared floats per pixel cover what each node really takes, so that chunks fit the memory budget."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = [pytest.mark.host, pytest.mark.slow]
ROOT = Path(__file__).resolve().parents[2]
SIDE = 1024
# glibc keeps what was freed by rules that change as a process runs: with these, a plane goes back when it is freed.
GIVE_BACK = {"MALLOC_MMAP_THRESHOLD_": str(1 << 20), "MALLOC_TRIM_THRESHOLD_": str(1 << 20)}

# The peak of a process only grows, so each node runs in a process of its own; a small picture warms it up.
MEASURE = """
import json, re, sys
sys.path[:0] = [{root!r}, {root!r} + "/nodes", {root!r} + "/.."]
import torch
torch.set_num_threads(1)
from testing import host_in_process
pack = host_in_process.load_pack()
from testing.cases import CASES, portrait
from testing.node_defaults import node_defaults
nodes = {{cls.GET_SCHEMA().node_id: cls for cls in sys.modules[pack.__name__ + ".nodes"].NODES}}
cls, case = nodes[{node_id!r}], CASES[{node_id!r}]
def peak_bytes():  # VmHWM, since ru_maxrss starts from the parent's
    return int(re.search(r"VmHWM:\\s+(\\d+)", open("/proc/self/status").read())[1]) * 1024
def run(image):
    arguments = {{**case.arguments(image), **{extra}}}
    before = peak_bytes()
    result = host_in_process.run_node(cls, **arguments).args
    outputs = sum(value.nbytes for value in result if isinstance(value, torch.Tensor))
    return peak_bytes() - before - outputs
run(portrait())
size = ({side}, {side})
large = torch.nn.functional.interpolate(portrait().movedim(-1, 1), size, mode="bicubic").clamp(0, 1)
peak = run(large.movedim(1, -1).contiguous())
declared = sys.modules[cls.__module__].{name}
print(json.dumps([peak / ({side} ** 2 * 4), declared]))
"""

# The largest face that changes anything: its surroundings are most of the picture.
WIDTH = 0.199 * 2**0.5 * SIDE
FACE = {"x": (SIDE - WIDTH) / 2, "y": (SIDE - 1.3 * WIDTH) / 2, "width": WIDTH, "height": 1.3 * WIDTH}

NODE_IDS = [
    "SoftFocusSelectiveGaussianBlur",
    "SoftFocusLuminanceBloom",
    "SoftFocusDiffusionFilter",
    "SoftFocusFeatureSharpen",
    "SoftFocusFaceDetailMask",
    "SoftFocusQualityScore",
    "SoftFocusMaskRefine",
    "SoftFocusDreamyButSharp",
]


NEAR_FACES = [
    ("SoftFocusSelectiveGaussianBlur", {"bboxes": [FACE]}),
    ("SoftFocusSelectiveGaussianBlur", {"bboxes": [FACE], "max_delta": 0.2}),
    ("SoftFocusSelectiveGaussianBlur", {"max_delta": 0.1}),
    ("SoftFocusLuminanceBloom", {"bboxes": [FACE], "halation": 1.0}),
    ("SoftFocusDiffusionFilter", {"bboxes": [FACE], "halation": 1.0}),
    ("SoftFocusFeatureSharpen", {"bboxes": [{"x": 0, "y": 0, "width": SIDE, "height": SIDE}]}),
    ("SoftFocusFeatureSharpen", {"bboxes": [FACE, {**FACE, "x": 0.6 * SIDE}]}),
    ("SoftFocusDreamyButSharp", {"mask": None}),
    ("SoftFocusQualityScore", {"bboxes": [{"x": 0, "y": 0, "width": SIDE, "height": SIDE}]}),
]

WITH_ALPHA = "torch.cat([image, torch.linspace(0, 1, len(image[0])).expand(image.shape[:3])[..., None]], -1)"
ALPHA_NEAR_FACES = [
    (node_id, f"{{'image': {WITH_ALPHA}, 'bboxes': {[FACE]}, 'halation': 1.0}}")
    for node_id in ("SoftFocusLuminanceBloom", "SoftFocusDiffusionFilter")
]
OF_TRIMAP = "FLOATS_PER_PIXEL_OF_TRIMAP"
ALL_BUT_THE_TOP = ("SoftFocusMaskRefine", "{'unknown_mask': (torch.ones(image.shape[:3]).cumsum(1) > 40).float()}")


@pytest.mark.parametrize(
    ("node_id", "extra"),
    [(node_id, "{}") for node_id in NODE_IDS]
    + [(node_id, repr(more)) for node_id, more in NEAR_FACES]
    + [*ALPHA_NEAR_FACES, ALL_BUT_THE_TOP],
)
def test_peak_memory_is_within_the_declaration(node_id, extra):
    name = OF_TRIMAP if "unknown_mask" in extra else "FLOATS_PER_PIXEL"
    taken, declared = measure(node_id, extra, name)
    for _ in range(2):  # the allocator's own slack differs from process to process, and only ever adds
        if taken > declared:
            taken, declared = measure(node_id, extra, name)
    assert taken <= declared <= 3 * taken + 20


def measure(node_id: str, extra: str, name: str) -> tuple[float, float]:
    """Floats per pixel that a fresh process took at its peak, and those declared by the node's module as `name`.

    `extra` is source for more inputs.
    """
    code = MEASURE.format(root=str(ROOT), node_id=node_id, side=SIDE, extra=extra, name=name)
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env={**os.environ, **GIVE_BACK})
    assert done.returncode == 0, done.stderr
    taken, declared = json.loads(done.stdout.splitlines()[-1])
    return taken, declared
