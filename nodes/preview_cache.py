"""Live preview: small copies of what went through a node last, kept in memory for the preview route.

Only what the server itself executed is kept, under the workflow's id and the node's id.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from comfy_api.latest import io
from torch import Tensor

from . import tensors
from .host import Frames

LONGEST_SIDE = 512  # pixels
DRAFT = 4  # a draft has this part of the side: small enough for torch to stay in one thread on a busy machine
MOST_ENTRIES = 16  # at most 9 planes of 1 MB each: 144 MB in all
CLEAR = 0.01  # alpha below which a pixel has no colour of its own
HIDDEN = (io.Hidden.unique_id, io.Hidden.extra_pnginfo)  # what `remember` needs of a node's schema

Key = tuple[str, str]  # id of the workflow ("" for a prompt without one), id of the node ("12:5" in a subgraph)


@dataclass(frozen=True)
class Entry:
    """What a node needs to run again on a small copy.

    Attributes:
        schema: of the node; it says which settings are allowed.
        op: the node's work on frames, with the settings as keywords; its first result is the picture.
        frames: the first frame of each input on the CPU, its longer side at most LONGEST_SIDE.
        channels: of the input, 1, 3 or 4.
        settings: the widgets' values at that run.
    """

    schema: io.Schema
    op: Callable[..., Sequence[Tensor]]
    frames: Frames
    channels: int
    settings: Mapping[str, Any]


_entries: OrderedDict[Key, Entry] = OrderedDict()
_lock = threading.Lock()  # nodes run in another thread than the server


def remember(
    node: type[io.ComfyNode],
    op: Callable[..., Sequence[Tensor]],
    settings: Mapping[str, Any],
    image: Tensor,
    masks: Mapping[str, Tensor | None] | None = None,
    images: Mapping[str, Tensor | None] | None = None,
) -> None:
    """Keep small copies of a running node's inputs; does nothing where the node does not run in a prompt.

    Args:
        node: the class that the executor calls, which knows the hidden inputs HIDDEN.
        op: must not hold on to full-size tensors, nor call the host.
        image: IMAGE [B, H, W, C].
        masks, images: as for `map_frames`; inputs that do not fit are left to the node itself to refuse.
    """
    if node.hidden is None or node.hidden.unique_id is None or 0 in image.shape:
        return
    try:
        frames = _small_frames(image, masks or {}, images or {})
    except ValueError:
        return
    key = (_workflow_id(node.hidden.extra_pnginfo), str(node.hidden.unique_id))
    with _lock:
        _entries[key] = Entry(node.define_schema(), op, frames, image.shape[-1], dict(settings))
        _entries.move_to_end(key)
        while len(_entries) > MOST_ENTRIES:
            _entries.popitem(last=False)


def find(key: Key, node_id: str) -> Entry | None:
    """The entry of a node of this class (`node_id` of its schema), which counts as used now."""
    with _lock:
        entry = _entries.get(key)
        if entry is None or entry.schema.node_id != node_id:
            return None
        _entries.move_to_end(key)
        return entry


def _workflow_id(extra: object) -> str:
    """The id that the page gives a workflow; a prompt of another client may bring anything here, or nothing."""
    workflow = extra.get("workflow") if isinstance(extra, dict) else None
    found = workflow.get("id") if isinstance(workflow, dict) else None
    return found if isinstance(found, str) else ""


def _small_frames(image: Tensor, masks: Mapping[str, Tensor | None], images: Mapping[str, Tensor | None]) -> Frames:
    tensors.check_image(image, "image")
    fit_masks = {name: tensors.fit_mask(mask, image, name) for name, mask in masks.items()}
    fit_images = {name: tensors.fit_image(other, image, name) for name, other in images.items()}
    return _resized(image, fit_masks, fit_images, _small_size(image))


def drafted(frames: Frames) -> Frames:
    """Small copies at 1 / DRAFT of the side (rounded down, at least 1 pixel)."""
    height, width = frames.rgb.shape[-2:]
    planes = frames.rgb if frames.alpha is None else torch.cat([frames.rgb, frames.alpha], 1)
    masks = {name: None if mask is None else mask[:, 0] for name, mask in frames.masks.items()}
    images = {name: None if other is None else other.movedim(1, -1) for name, other in frames.images.items()}
    return _resized(planes.movedim(1, -1), masks, images, (max(1, height // DRAFT), max(1, width // DRAFT)))


def _resized(
    image: Tensor, masks: Mapping[str, Tensor | None], images: Mapping[str, Tensor | None], size: tuple[int, int]
) -> Frames:
    """The first frame of an IMAGE, and of what has been fitted to it, at `size` on the CPU."""
    device = image.device
    alpha = tensors.mask_planes(image[:1, ..., 3], 0, 1, size, device) if image.shape[-1] == 4 else None
    return Frames(
        0,
        _small_picture(image, size).cpu(),
        _on_cpu(alpha),
        {name: _on_cpu(tensors.mask_planes(mask, 0, 1, size, device)) for name, mask in masks.items()},
        {name: _on_cpu(tensors.image_planes(other, 0, 1, size, device)) for name, other in images.items()},
    )


def _small_size(image: Tensor) -> tuple[int, int]:
    height, width = image.shape[1:3]
    scale = min(1.0, LONGEST_SIDE / max(height, width))
    return max(1, round(height * scale)), max(1, round(width * scale))


def _small_picture(image: Tensor, size: tuple[int, int]) -> Tensor:
    """The first frame [1, 3, H, W] at `size`; what is transparent gives no colour to its surroundings."""
    first = image[:1]
    if image.shape[-1] != 4 or size == image.shape[1:3]:
        return _planes(first, size)
    weight = _planes(first[..., 3:], size)
    weighted = _planes(first[..., :3] * first[..., 3:], size)
    # Clear pixels keep the colour that they hide.
    return (weighted / weight.clamp(min=CLEAR)).where(weight > CLEAR, _planes(first, size))


def _planes(image: Tensor, size: tuple[int, int]) -> Tensor:
    planes = tensors.image_planes(image, 0, 1, size, image.device)
    assert planes is not None
    return planes


def _on_cpu(planes: Tensor | None) -> Tensor | None:
    return None if planes is None else planes.cpu()
