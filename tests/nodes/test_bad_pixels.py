"""One pixel that no picture should hold, in any picture input of any node, changes nothing far away."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import pytest
import torch
from skimage.data import astronaut
from torch import Tensor

from testing.cases import softened
from testing.faces.tracks import comparable
from testing.host_nodes import BLOOM, BLUR, SHARPEN, call

pytestmark = pytest.mark.host
SIZE = 512
PLACE = (300, 470)  # beside the shoulder
STEP = 1 / 255
RADIUS_PERCENT = 0.5  # of the bloom and of the blur, which reach no further
FACE, REFINE, SCORE = "SoftFocusFaceDetailMask", "SoftFocusMaskRefine", "SoftFocusQualityScore"
VALUES = (math.inf, -math.inf, math.nan, 1e20, 65504.0, 3000.0)
FINEST = 0.15  # % of the diagonal: the sharpening's radius; its base is the widest Gaussian, twicing included


@cache
def person() -> Tensor:
    """NASA's astronaut (public domain), IMAGE [1, 512, 512, 3]."""
    return torch.from_numpy(astronaut())[None].float() / 255


@cache
def head() -> Tensor:
    """MASK [1, 512, 512]: a rough ellipse around the head."""
    axis = torch.arange(SIZE)
    return ((((axis[:, None] - 92) / 80).square() + ((axis - 226) / 64).square()) < 1).float()[None]


def px(percent: float) -> float:
    return percent / 100 * math.hypot(SIZE, SIZE)


def arguments(node_id: str) -> dict[str, Any]:
    image = person()
    return {
        BLUR: lambda: {"image": image, "sigma": RADIUS_PERCENT, "protect_mask": head()},
        BLOOM: lambda: {"image": image, "radius": RADIUS_PERCENT},
        SHARPEN: lambda: {"image": softened(image), "detail_source": image, "radius": FINEST},
        FACE: lambda: {"image": image},
        REFINE: lambda: {"image": image, "mask": head()},
        SCORE: lambda: {"image": softened(image), "reference": image, "mask": head()},
    }[node_id]()


INPUTS = {
    BLUR: ("image",),
    BLOOM: ("image",),
    SHARPEN: ("image", "detail_source"),
    FACE: ("image",),
    REFINE: ("image",),
    SCORE: ("image", "reference"),
}
WIDEST_SIGMA_PX = {SHARPEN: 7 * math.sqrt(2) * px(FINEST)}
SOCKETS = [(node_id, socket) for node_id, sockets in INPUTS.items() for socket in sockets]
ALL, ONE = slice(None), 1

by_socket = pytest.mark.parametrize(
    ("node_id", "socket"), SOCKETS, ids=[f"{node[9:]}-{each}" for node, each in SOCKETS]
)
by_value = pytest.mark.parametrize("value", VALUES)
by_channel = pytest.mark.parametrize("channel", [ALL, ONE], ids=["all", "one"])


def with_pixel(image: Tensor, value: float, channel: slice | int) -> Tensor:
    changed = image.clone()
    changed[:, PLACE[0], PLACE[1], channel] = value
    return changed


@cache
def outputs(node_id: str, socket: str, value: float | None, channel: int | None, max_delta: float = 1.0) -> Any:
    """Of the node with that pixel in the picture of that socket; None: with every pixel as it was."""
    given = arguments(node_id)
    if value is not None:
        given[socket] = with_pixel(given[socket], value, ALL if channel is None else channel)
    return call(node_id, **given, **({"max_delta": max_delta} if max_delta < 1 else {}))


def far(sigma_px: float) -> Tensor:
    rows, columns = (torch.arange(SIZE) - place for place in PLACE)
    beyond = (rows[:, None].square() + columns.square()).sqrt() > 5 * sigma_px
    assert beyond.float().mean() >= 0.5
    return beyond


def check_far_pixels(found: Any, wanted: Any, sigma_px: float) -> None:
    beyond = far(sigma_px)
    for after, before in zip(found, wanted, strict=True):
        if isinstance(after, Tensor):
            assert after.isfinite().all()
            if after.shape[1:3] == (SIZE, SIZE):
                assert (after - before)[:, beyond].abs().max() <= STEP


@by_socket
@by_value
@by_channel
def test_far_pixels_stay(node_id, socket, value, channel):
    found = outputs.__wrapped__(node_id, socket, value, channel)
    check_far_pixels(found, outputs(node_id, "image", None, None), WIDEST_SIGMA_PX.get(node_id, px(RADIUS_PERCENT)))
    if node_id in (FACE, REFINE, SCORE):  # what is found or measured is what a white or black pixel gives
        seen = outputs(node_id, socket, 1.0 if value > 0 else 0.0, None if channel == ALL else channel)
        for after, before in zip(found, seen, strict=True):
            if not isinstance(after, Tensor):
                assert comparable(after) == comparable(before)
            elif after.shape != person().shape:
                assert torch.equal(after, before)


@by_value
@by_channel
def test_far_pixels_stay_in_a_blur_of_similar_values(value, channel):
    found = outputs.__wrapped__(BLUR, "image", value, channel, max_delta=0.1)
    check_far_pixels(found, outputs(BLUR, "image", None, None, max_delta=0.1), px(RADIUS_PERCENT))
