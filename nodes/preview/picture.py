"""Live preview: the node's own work on a small copy of its inputs, as a WebP picture.

Always on the CPU, where the small copies are: a running prompt keeps its device and its memory to itself.
Nothing here calls the host, so that no progress is shown and no interruption is taken from the queue.
"""

from __future__ import annotations

from collections.abc import Mapping
from io import BytesIO
from typing import Any

import torch
from PIL import Image
from torch import Tensor

from ...softfocus.color import luminance
from ..host.frames import Frames
from .cache import Entry, drafted


def picture_before(entry: Entry) -> bytes:
    """The node's input."""
    return _webp(entry.frames.restored(entry.frames.rgb), entry.frames, entry.channels)


def picture_after(entry: Entry, settings: Mapping[str, Any], draft: bool = False) -> bytes:
    """The node's result with these settings, and for those not given the ones of its last run.

    A draft has a fraction of the side, and is quicker by more than its pixels are fewer: its kernels are narrower too.
    """
    used = {name: settings.get(name, value) for name, value in entry.settings.items()}
    with torch.inference_mode():
        frames = drafted(entry.frames) if draft else entry.frames
        result = (entry.draft_op if draft else entry.op)(frames, **used)[0]
    return _webp(frames.restored(result), frames, entry.channels)


def _webp(rgb: Tensor, frames: Frames, channels: int) -> bytes:
    """[1, 3, H, W] as a lossless WebP file, with the values that Save Image would write."""
    if channels == 1:
        rgb = luminance(rgb).expand(-1, 3, -1, -1)
    planes = rgb if frames.alpha is None else torch.cat([rgb, frames.alpha], 1)
    values = (planes[0].clamp(0, 1) * 255).byte().movedim(0, -1).contiguous()
    file = BytesIO()
    # The next method would save a twentieth of the bytes in four times the time.
    Image.fromarray(values.numpy()).save(file, "WEBP", lossless=True, exact=True, quality=0, method=0)
    return file.getvalue()
