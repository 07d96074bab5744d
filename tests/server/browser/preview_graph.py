"""What a test sees of the previews in ComfyUI's page."""

from __future__ import annotations

import base64
import io
from typing import Any

import numpy as np
from PIL import Image
from playwright.sync_api import Page

from testing.server.preview_page import BLOOM, BLUR, SHARPEN, panel

# For each node with a preview the one that shows its queued result.
SHOWN_BY = {BLOOM: 20, BLUR: 21, SHARPEN: 22}


def pixels(page: Page, node: int, which: str) -> np.ndarray:
    """[height, width, 3] of the picture "before" or "after"."""
    address = panel(page, node).locator(f".softfocus-{which}").evaluate("(canvas) => canvas.toDataURL('image/png')")
    return decode(base64.b64decode(address.partition(",")[2]))


def queued(server: Any, outputs: dict[str, Any], node: int) -> np.ndarray:
    """[height, width, 3]: the node's picture of the run that gave `outputs`."""
    (file,) = outputs[str(SHOWN_BY[node])]["images"]
    return decode(server.client.fetch(file))


def decode(file: bytes) -> np.ndarray:
    return np.asarray(Image.open(io.BytesIO(file)).convert("RGB")).astype(np.int16)
