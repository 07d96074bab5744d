"""Colors hidden under transparency change no pixel that is seen, in no node, nor in the look that they make."""

from __future__ import annotations

import math
from functools import cache
from typing import Any

import pytest
import torch
from skimage.data import astronaut
from torch import Tensor
from torch.nn.functional import interpolate

from testing.cases import softened
from testing.faces.tracks import comparable
from testing.hidden_colors import RAMPS, disc_alpha, hidden_noise
from testing.host_nodes import BLOOM, BLUR, SHARPEN, call

pytestmark = pytest.mark.host
MOST = 0.01 / 255  # rounding; the bound is 1/255
FACE, REFINE, SCORE = "SoftFocusFaceDetailMask", "SoftFocusMaskRefine", "SoftFocusQualityScore"
HIDDEN = {"black": 0.0, "noise": None, "light": 65504.0, "no number": math.nan}  # against white

by_size = pytest.mark.parametrize("size", [48, 300])
by_ramp = pytest.mark.parametrize("ramp", RAMPS, ids=["hard", "ramped"])
by_hidden = pytest.mark.parametrize("hidden", HIDDEN)


@cache
def face(size: int) -> Tensor:
    """IMAGE [1, size, size, 3] around the astronaut's head."""
    pixels = torch.from_numpy(astronaut()[:200, 126:326]).movedim(-1, 0)[None] / 255
    resized = interpolate(pixels, (size, size), mode="bicubic", antialias=True).clamp(0, 1)
    return resized.movedim(1, -1)


def cut_out(image: Tensor, alpha: Tensor, color: float | None) -> Tensor:
    """RGBA with that color wherever alpha is 0; None: another one at each pixel."""
    alpha = alpha.movedim(1, -1)
    hidden = hidden_noise(image, 0) if color is None else torch.full_like(image, color)
    return torch.cat([torch.where(alpha == 0, hidden, image), alpha], -1)


def rough_mask(size: int) -> Tensor:
    return disc_alpha(size, 0.0, radius=0.2)[0]


def check_seen(found: Any, wanted: Any, alpha: Tensor) -> None:
    """Tensors of the picture's size are the same wherever it is opaque, everything else is the same."""
    assert len(found) == len(wanted)
    for first, second in zip(found, wanted, strict=True):
        if not isinstance(first, Tensor):
            assert comparable(first) == comparable(second)
        elif first.shape[1:3] == alpha.shape[2:]:
            opaque = alpha[0, 0] == 1
            assert (first - second)[:, opaque].abs().max() <= MOST
        else:
            assert torch.equal(first, second)


def arguments(node_id: str, image: Tensor, soft: Tensor) -> dict[str, Any]:
    """A node on a picture, or on a soft one with that picture as the second."""
    mask = rough_mask(image.shape[1])
    return {
        BLUR: {"image": image, "sigma": 0.6, "protect_mask": mask},
        BLOOM: {"image": image},
        SHARPEN: {"image": soft, "detail_source": image, "mask": mask},
        FACE: {"image": image},
        REFINE: {"image": image, "mask": mask},
        SCORE: {"image": soft, "reference": image, "mask": mask},
    }[node_id]


def cut_outs(node_id: str, size: int, ramp: float, color: float | None) -> dict[str, Any]:
    alpha = disc_alpha(size, ramp)
    return arguments(node_id, *(cut_out(each, alpha, color) for each in (face(size), softened(face(size)))))


NODES = (BLUR, BLOOM, SHARPEN, FACE, REFINE, SCORE)
by_node = pytest.mark.parametrize("node_id", NODES)


@cache
def over_white(node_id: str, size: int, ramp: float) -> Any:
    return call(node_id, **cut_outs(node_id, size, ramp, 1.0))


@by_node
@by_size
@by_ramp
@by_hidden
def test_no_opaque_pixel_changes(node_id, size, ramp, hidden):
    found = call(node_id, **cut_outs(node_id, size, ramp, HIDDEN[hidden]))
    check_seen(found, over_white(node_id, size, ramp), disc_alpha(size, ramp))


@pytest.mark.parametrize("node_id", [BLUR, BLOOM, SHARPEN])
@pytest.mark.parametrize("hidden", ["white", *HIDDEN])
def test_hidden_colors_themselves_stay(node_id, hidden):
    given = cut_outs(node_id, 48, RAMPS[1], (HIDDEN | {"white": 1.0})[hidden])
    found, clear = call(node_id, **given)[0], given["image"][..., 3] == 0
    assert torch.equal(found[clear], given["image"][clear].nan_to_num(0.0))


@pytest.mark.parametrize(("node_id", "socket"), [(SHARPEN, "detail_source"), (SCORE, "reference")])
@by_size
@by_ramp
@by_hidden
def test_no_pixel_changes_by_the_second_picture(node_id, socket, size, ramp, hidden):
    """An opaque picture beside a cut-out one."""
    alpha = disc_alpha(size, ramp)
    given = arguments(node_id, face(size), softened(face(size)))
    found, wanted = (
        call(node_id, **{**given, socket: cut_out(face(size), alpha, color)}) for color in (HIDDEN[hidden], 1.0)
    )
    check_seen(found, wanted, torch.ones_like(alpha))


def look(image: Tensor) -> tuple[Any, ...]:
    """The nodes in the order of the workflow: mask, blur, bloom, sharpening by the source, score."""
    mask = call(FACE, image=image)[0]
    soft = call(BLUR, image=image, protect_mask=mask)[0]
    bloomed, _ = call(BLOOM, image=soft)
    sharp = call(SHARPEN, image=bloomed, detail_source=image, mask=mask)[0]
    return mask, soft, bloomed, sharp, *call(SCORE, image=sharp, reference=image, mask=mask)


@cache
def look_over_white(size: int, ramp: float) -> Any:
    return look(cut_out(face(size), disc_alpha(size, ramp), 1.0))


@by_size
@by_ramp
@by_hidden
def test_the_look_and_its_score_stay(size, ramp, hidden):
    alpha = disc_alpha(size, ramp)
    found = look(cut_out(face(size), alpha, HIDDEN[hidden]))
    wanted = look_over_white(size, ramp)
    assert size < 300 or float(wanted[0].max()) > 0.9  # a face is there to be found
    check_seen(found, wanted, alpha)


@by_hidden
@pytest.mark.parametrize("mode", ["previous", "interpolate"])
def test_faces_that_are_followed_through_a_clip(hidden, mode):
    """The picture's motion is read at the faces, where some of it may be hidden."""
    size = 300
    shifts = (0, 4, 8, 12)
    alpha = disc_alpha(size, 0.0, radius=0.3)
    clips = []
    for color in (1.0, HIDDEN[hidden]):
        frames = [cut_out(face(size).roll(shift, 2), alpha.roll(shift, 3), color) for shift in shifts]
        clips.append(call(FACE, image=torch.cat(frames), missing_frames=mode))
    for first, second in zip(clips[0][:2], clips[1][:2], strict=True):
        for index, shift in enumerate(shifts):
            opaque = alpha.roll(shift, 3)[0, 0] == 1
            assert (first[index] - second[index])[opaque].abs().max() <= MOST
    assert clips[0][0].max() > 0.9 and clips[0][2] == clips[1][2]
