"""What the nodes that change a picture do alike: run, keep to the neutral rule, remember for the live preview."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from typing import Any

from comfy_api.latest import io
from torch import Tensor

from .host.batch import Batch
from .host.work import map_frames
from .preview.cache import remember


def run_effect(
    node: type[io.ComfyNode],
    op: Callable[..., Sequence[Tensor]],
    settings: Mapping[str, Any],
    batch: Batch,
    *,
    outputs: Sequence[str],
    floats_per_pixel: int,
    neutral: bool,
    preview_op: Callable[..., Sequence[Tensor]] | None = None,
) -> list[Tensor]:
    """The node's tensors, the first of them the picture.

    Args:
        node: the class that the executor calls.
        op: the work on Frames with the settings as keywords. For the preview it runs on a small copy, where it must not
            call the host, nor hold on to full-size tensors.
        outputs, floats_per_pixel: as for `map_frames`.
        neutral: whether the settings ask for the input picture, which then comes out in every value.
        preview_op: what the preview runs instead, where op asks a net. It finds op's last output, a "first mask", among
            its masks under "last".
    """
    run = partial(op, **settings)
    if neutral and len(outputs) == 1:
        results = [batch.unchanged()]
    else:
        results = map_frames(run, batch, outputs=outputs, floats_per_pixel=floats_per_pixel)
        if neutral:
            results[0] = batch.unchanged()
    if preview_op is not None:
        batch = replace(batch, masks={**batch.masks, "last": results[-1]})
    remember(node, preview_op or op, settings, batch)
    return results
