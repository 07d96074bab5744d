"""Live preview: small copies of what went through a node last, kept in memory for the preview route.

Only what the server itself executed is kept, under the workflow's id and the node's id.
"""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from comfy_api.latest import io
from torch import Tensor, device

from ..host.batch import Batch
from ..host.frames import Frames

LONGEST_SIDE = 512  # pixels
DRAFT = 4  # a draft has this part of the side: small enough for torch to stay in one thread on a busy machine
MOST_ENTRIES = 16  # at most 9 planes of 1 MB each: 144 MB in all
CPU = device("cpu")
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
        draft_op: what drafts run instead of op; op itself where that works at any size.
    """

    schema: io.Schema
    op: Callable[..., Sequence[Tensor]]
    frames: Frames
    channels: int
    settings: Mapping[str, Any]
    draft_op: Callable[..., Sequence[Tensor]]


_entries: OrderedDict[Key, Entry] = OrderedDict()
_lock = threading.Lock()  # nodes run in another thread than the server


def remember(
    node: type[io.ComfyNode],
    op: Callable[..., Sequence[Tensor]],
    settings: Mapping[str, Any],
    batch: Batch,
    draft_op: Callable[..., Sequence[Tensor]] | None = None,
) -> None:
    """Keep small copies of a running node's inputs; does nothing where the node does not run in a prompt.

    Args:
        node: the class that the executor calls, which knows the hidden inputs HIDDEN.
        op: must not hold on to full-size tensors, nor call the host.
        draft_op: likewise, for drafts; None: op.
    """
    if not remembers(node) or len(batch) == 0:
        return
    frames = batch.frames(0, 1, batch.image.device)
    frames = frames.at_most(LONGEST_SIDE).on(CPU)
    key = (_workflow_id(node.hidden.extra_pnginfo), str(node.hidden.unique_id))
    with _lock:
        _entries[key] = Entry(node.define_schema(), op, frames, batch.image.shape[-1], dict(settings), draft_op or op)
        _entries.move_to_end(key)
        while len(_entries) > MOST_ENTRIES:
            _entries.popitem(last=False)


def remembers(node: type[io.ComfyNode]) -> bool:
    """Whether a node runs in a prompt, so that what is remembered of it can be asked for."""
    return node.hidden is not None and node.hidden.unique_id is not None


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


def drafted(frames: Frames) -> Frames:
    """Small copies at 1 / DRAFT of the side (rounded down, at least 1 pixel)."""
    height, width = frames.size
    return frames.resized((max(1, height // DRAFT), max(1, width // DRAFT)))
