"""The hair of each face: the person around the face without face, neck, clothes and background."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from ...color import displayable
from ...matting import refine_mask
from ...settings import MASK
from ...transparency import fill_transparent
from ..crops import Square, sample_square
from ..face import Face
from ..nets.selfie import SelfieSegmentation
from ..topology import CHIN, FOREHEAD, LEFT_EYE, OVAL, RIGHT_EYE
from .hair_model import HeadCrop, hair_probability
from .raster import signed_distance
from .regions import face_width, region_masks

SIDE = 4.0  # of the crop, in face widths: head and shoulders, as the person net was trained on
LOWER = 0.45  # of the crop's centre below the face's, likewise
BAND = 0.08  # half-width of the refined band around the hair's edge, as a share of the face's width
OUTLINE = 3.0  # softness of the face's outline in the crop, percent of the face's width
CLEAR = 0.25  # hair probabilities this far from 1/2 become 0 and 1


@torch.no_grad()
def hair_mask(
    net: SelfieSegmentation,
    image: Tensor,
    faces: list[list[Face]],
    refine: int = MASK.refine,
    alpha: Tensor | None = None,
) -> Tensor:
    """Hair masks [B, 1, H, W] in 0..1.

    Args:
        net: the person net, on the image's device.
        image: [B, 3, H, W] sRGB; values outside 0..1 are clamped.
        faces: one list a picture; only the hair of these is masked, each as strongly as the face's `strength`. Faces
            without landmarks are skipped.
        refine: passes that fit the edge to the picture, down to strands; 0 leaves the soft edge of a 256 px crop.
        alpha: [B, 1, H, W] in 0..1; what it hides takes the visible colors around it.

    Each face is looked at alone, in a crop as large as its head and shoulders, and the masks' maximum is taken. Zeros
    where there is no face. What looks like hair by place and colour, such as a hat, may be taken for it.
    """
    image = fill_transparent(image, alpha)
    mask = torch.zeros_like(image[:, :1])
    for index, found in enumerate(faces):
        frame = displayable(image[index : index + 1])
        meshes = [(face.landmarks, face.strength) for face in found if face.landmarks is not None]
        seen = [(landmarks, strength) for landmarks, strength in meshes if face_width(landmarks) >= 1]
        everyone = [landmarks for landmarks, _ in seen]
        for landmarks, strength in (each for each in seen if each[1] > 0):
            _add_hair(net, frame, landmarks, everyone, refine, strength, mask[index : index + 1])
    return mask


def _add_hair(
    net: SelfieSegmentation,
    frame: Tensor,
    landmarks: Tensor,
    everyone: list[Tensor],
    refine: int,
    strength: float,
    mask: Tensor,
) -> None:
    """Raise `mask` [1, 1, H, W] in place to the hair of one face, times `strength`."""
    square = _head_square(landmarks)
    rows, columns = _window(square, frame.shape[-2], frame.shape[-1])
    part = (slice(None), slice(None), rows, columns)
    if not mask[part].numel():
        return
    likely = hair_probability(_head_crop(net, frame, square, landmarks, everyone))
    hair = ((_paste(likely, square, rows, columns) - 0.5) / (2 * CLEAR) + 0.5).clamp(0, 1)
    if refine > 0:
        hair = refine_mask(frame[part], hair, BAND * square.side / SIDE, refine).alpha
    mask[part] = torch.maximum(mask[part], hair * strength)


def _head_square(landmarks: Tensor) -> Square:
    """The crop of head and shoulders, upright for the line from chin to forehead."""
    width = face_width(landmarks)
    (right, down), (x, y) = (
        (landmarks[FOREHEAD] - landmarks[CHIN]).tolist(),
        landmarks[[FOREHEAD, CHIN]].mean(0).tolist(),
    )
    upright = Square(x, y, SIDE * width, math.atan2(right, -down))
    x, y = upright.to_picture(torch.tensor((0.5, 0.5 + LOWER / SIDE))).tolist()
    return replace(upright, x=x, y=y)


def _head_crop(
    net: SelfieSegmentation, frame: Tensor, square: Square, landmarks: Tensor, everyone: list[Tensor]
) -> HeadCrop:
    """What the square shows, at the net's size; `everyone` are the landmarks of all faces of the picture."""
    size = net.size
    shown = sample_square(torch.cat((frame, torch.ones_like(frame[:, :1])), 1), square, size)
    image, inside = shown[:, :3], shown[:, 3:]
    # The mean over both reflections makes the mask of a mirrored picture the mirrored mask.
    person = (net(image) + net(image.flip(-1)).flip(-1)) / 2
    faces = [Face((0, 0, 0, 0), 1.0, landmarks=square.from_picture(each) * size) for each in everyone]
    masks = region_masks([faces], (size, size), 0.0, OUTLINE, frame.device)
    features = torch.stack([masks[name] for name in ("eyes", "brows", "nose", "lips")]).amax(0)
    points = (square.from_picture(landmarks) * SIDE).to(frame.device)  # in face widths
    oval = points[list(OVAL)]
    steps = (torch.arange(size, device=frame.device) + 0.5) * (SIDE / size)
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    low, high = oval[:, 0].aminmax()
    return HeadCrop(
        image=image,
        inside=(inside > 0.5).to(image),
        person=person,
        face=masks["face"],
        features=features,
        across=(x - (low + high) / 2).abs(),
        below_eyes=y - (points[RIGHT_EYE, 1] + points[LEFT_EYE, 1]) / 2,
        below_chin=y - points[CHIN, 1],
        away=signed_distance(torch.stack((x, y), -1).view(-1, 2), oval).view(size, size),
        width_px=size / SIDE,
    )


def _window(square: Square, height: int, width: int) -> tuple[slice, slice]:
    """Rows and columns of the picture that the square touches."""
    spans = [
        slice(max(0, math.floor(center - square.reach)), max(0, min(size, math.ceil(center + square.reach))))
        for center, size in ((square.y, height), (square.x, width))
    ]
    return spans[0], spans[1]


def _paste(crop: Tensor, square: Square, rows: slice, columns: slice) -> Tensor:
    """The crop [1, 1, S, S] resampled to the picture's pixels of a window; 0 outside the square."""
    y, x = torch.meshgrid(
        torch.arange(rows.start, rows.stop, device=crop.device) + 0.5,
        torch.arange(columns.start, columns.stop, device=crop.device) + 0.5,
        indexing="ij",
    )
    grid = square.from_picture(torch.stack((x, y), -1)) * 2 - 1
    return F.grid_sample(crop, grid[None].to(crop), mode="bilinear", padding_mode="zeros", align_corners=False)
