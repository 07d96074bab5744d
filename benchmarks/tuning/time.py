"""What Dreamy but Sharp costs beside the nodes that it stands for, on the host: NASA's portrait at 1024 px.

python -m benchmarks.tuning.time
"""

from __future__ import annotations

import time
from typing import Any

import torch
from skimage.data import astronaut
from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.rows import Check, show_limits
from benchmarks.timing import side_by_side
from testing.host_nodes import BLOOM, BLUR, SHARPEN, call

MASK, NODE = "SoftFocusFaceDetailMask", "SoftFocusDreamyButSharp"
SIDE, ENOUGH_S = 1024, 6.0


def portrait() -> Tensor:
    """IMAGE [1, SIDE, SIDE, 3]."""
    pixels = torch.from_numpy(astronaut()).float().movedim(-1, 0)[None] / 255
    return interpolate(pixels, (SIDE, SIDE), mode="bicubic").clamp(0, 1).movedim(1, -1).contiguous()


def look(image: Tensor, mask: Tensor, boxes: Any = None) -> Tensor:
    """The three nodes of the look at their defaults."""
    soft = call(BLUR, image=image, protect_mask=mask, bboxes=boxes)[0]
    bloomed = call(BLOOM, image=soft, bboxes=boxes)[0]
    return call(SHARPEN, image=bloomed, mask=mask, detail_source=image, bboxes=boxes)[0]


def mask_and_look(image: Tensor) -> Tensor:
    """The four nodes as the workflow links them, without the score."""
    mask, _, boxes, _ = call(MASK, image=image)
    return look(image, mask, boxes)


def main() -> None:
    begin, image = time.perf_counter(), portrait()
    mask = call(MASK, image=image)[0]
    works = {
        "mask and look": lambda: mask_and_look(image),
        "look": lambda: look(image, mask),
        "node": lambda: call(NODE, image=image),
        "node with a mask": lambda: call(NODE, image=image, mask=mask),
    }
    spent = side_by_side(works, enough_s=ENOUGH_S)
    print(f"Dreamy but Sharp at {SIDE} px, shortest of some runs by turns")
    for name, milliseconds in spent.items():
        print(f"{name:18} {milliseconds:7.0f} ms")
    show_limits(
        [
            Check("without a mask, of mask and look", spent["node"] / spent["mask and look"], 1.5),
            Check("with a mask, of the look alone", spent["node with a mask"] / spent["look"], 5.0),
        ],
        begin,
    )


if __name__ == "__main__":
    main()
