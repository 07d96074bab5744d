"""How the picture moves under a face: optical flow between two frames, read at its landmarks."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import torch
import torch.nn.functional as F
from torch import Tensor

from ...color import displayable
from ...opencv import opencv
from ...transparency import fill_transparent
from ..crops import Square, cut_window, sample_square
from ..masks.regions import face_width

SIZE = 256  # side of the crop in which the flow is measured, in samples
MARGIN = 1.6  # side of the crop over the longer side of what the landmarks span
CLOSED = 0.01  # there and back again, in face widths: the error at which a point is believed by half
STRAY = 0.03  # distance from the face's common motion, in face widths, likewise
NEIGHBOURS = 0.05  # standard deviation of the weights of neighbouring points, in face widths
PASSES = 6

Step = Callable[[int, Tensor, Tensor], tuple[Tensor, float]]


def picture_motion(frame: Callable[[int], Tensor]) -> Step | None:
    """A function of (index, here, there) that tells how points [N, 2] move from frame `index` to the next.

    `frame(index)` is a picture [C, H, W] sRGB of any float dtype, with alpha where C is 4, only parts of which are
    read. `here` and `there` are a face's landmarks in both frames, in pixels; the second only says where to look. The
    function returns the displacements [N, 2] in pixels and how far they are to be believed, 0..1: by how many points
    the flow back returns to. None if OpenCV or this part of it is not there.

    Dense inverse search (DIS, arXiv 1603.03590). Points at which it cannot be trusted (in front of hands, at the edge
    of the face) take the motion that the others have in common, an affine one, with what their neighbours add.
    """
    cv2 = opencv("DISOpticalFlow_create")
    if cv2 is None:
        return None
    return lambda index, here, there: _step(cv2, frame(index), frame(index + 1), here, there)


def _step(cv2: Any, image: Tensor, following: Tensor, here: Tensor, there: Tensor) -> tuple[Tensor, float]:
    span = here.amax(0) - here.amin(0)
    x, y = ((here.amax(0) + here.amin(0)) / 2).tolist()
    shift = (there - here).mean(0)
    side = max(MARGIN * span.max().item(), 1.0)
    square = Square(x, y, side)
    squares = (square, Square(x + shift[0].item(), y + shift[1].item(), side))
    first, second = (_grey(picture, each) for picture, each in zip((image, following), squares, strict=True))
    flow = cv2.DISOpticalFlow_create(cv2.DISOPTICAL_FLOW_PRESET_MEDIUM)
    start = square.from_picture(here) * SIZE
    forth = _read(flow.calc(first, second, None), start)
    back = _read(flow.calc(second, first, None), start + forth)
    scale = side / SIZE
    width = max(face_width(here), 1e-6)
    closed = 1 / (1 + ((forth + back).norm(dim=-1) * scale / (CLOSED * width)) ** 2)
    return shift + _regular(here, forth * scale, closed, width), _trust((closed > 0.2).double().mean().item())


def _trust(share: float) -> float:
    """0..1 from the share of points that close: across a cut some do by chance, on a turning head not all."""
    return min(max((share - 0.3) / 0.4, 0.0), 1.0)


def _grey(image: Tensor, square: Square) -> Any:
    """[SIZE, SIZE] uint8 of a square of a picture [1, 3 or 4, H, W], any float dtype; no more of it is converted.

    What the fourth channel, alpha, hides has the visible colors around it.
    """
    window, square = cut_window(image, square, SIZE)
    values = displayable(window[None].cpu().float())
    alpha = values[:, 3:] if values.shape[1] == 4 and values.numel() else None
    crop = sample_square(fill_transparent(values[:, :3], alpha), square, SIZE)[0]
    return (crop.mean(0) * 255).round().to(torch.uint8).numpy()


def _read(flow: Any, points: Tensor) -> Tensor:
    """Values [N, 2] of a flow field [SIZE, SIZE, 2] at points [N, 2] in samples, bilinear, the edge repeated."""
    field = torch.from_numpy(flow).movedim(-1, 0)[None]
    grid = (points * 2 / SIZE - 1)[None, None]
    return F.grid_sample(field, grid.float(), padding_mode="border", align_corners=False)[0, :, 0].T


def _regular(points: Tensor, moved: Tensor, trust: Tensor, width: float) -> Tensor:
    """Displacements [N, 2] made regular: the robust affine motion and, smoothly, what trusted points add to it."""
    places = torch.cat(((points - points.mean(0)) / width, torch.ones(len(points), 1)), 1)
    weights = trust.clone()
    for _ in range(PASSES):
        root = (weights + 1e-6).sqrt()[:, None]
        common = places @ torch.linalg.lstsq(places * root, moved * root).solution
        stray = (moved - common).norm(dim=-1)
        weights = trust / (1 + (stray / max(1.5 * stray.median().item(), 1e-3 * width)) ** 2)
    near = torch.exp(-(torch.cdist(places, places) ** 2) / (2 * NEIGHBOURS**2))
    near = near * trust / (1 + (stray / (STRAY * width)) ** 2)
    return common + near @ (moved - common) / (near.sum(1, keepdim=True) + 0.1)
