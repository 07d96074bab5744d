"""The hair of each face: the hair net's answer in squares around the head, fitted to the picture down to strands."""

from __future__ import annotations

import math
from dataclasses import replace

import torch
import torch.nn.functional as F
from torch import Tensor

from ...color import as_displayable
from ...matting import refine_alpha
from ...settings import MASK
from ...transparency import fill_transparent
from ..crops import Square, sample_square, sample_squares
from ..face import Face, landmarks_of
from ..nets.hair import HairSegmentation
from ..topology import CHIN, FOREHEAD, OVAL
from .drawn_hair import grow_by_color
from .raster import signed_distance
from .regions import face_width

SIDES = (2.4, 3.4, 4.6)  # of the squares around the face, in its widths; what the first two do not show takes the last
LOWER = (0.0, 0.0, 0.6)  # of their centers below the face's, likewise: long hair hangs down
BAND = 0.105  # half-width of the refined band around the edge, as a share of the face's width: the net sees no strands
CLEAR = 0.25  # hair probabilities this far from 1/2 become 0 and 1
NEAR_FACE = 0.25  # face widths: hair starts no farther from the face's outline
CELL = 4  # px of the net: what hangs together is sought, and whose hair it is, on cells of that size
EIGHT_NEIGHBORS = ((1, 1, 1),) * 3


@torch.no_grad()
def hair_mask(
    net: HairSegmentation,
    image: Tensor,
    faces: list[list[Face]],
    refine: int = MASK.refine,
    alpha: Tensor | None = None,
) -> Tensor:
    """Hair masks [B, 1, H, W] in 0..1; hats, hoods, veils and beards are none.

    Args:
        net: the hair net, on the image's device.
        image: [B, 3, H, W] sRGB; values outside 0..1 are clamped.
        faces: one list a picture; only the hair of these is masked, each as strongly as the face's `strength`. Faces
            without landmarks are skipped.
        refine: passes that fit the edge to the picture, down to strands; 0 leaves the soft edge of a 512 px crop.
        alpha: [B, 1, H, W] in 0..1; what it hides takes the visible colors around it.

    Each face is looked at alone, and the masks' maximum is taken: what hangs together with the surroundings of the
    face and is no nearer to another one. Zeros where there is no face.
    """
    image = fill_transparent(image, alpha)
    mask = torch.zeros_like(image[:, :1])
    for index, found in enumerate(faces):
        frame = as_displayable(image[index : index + 1])
        seen = [face for face in found if face.landmarks is not None and face_width(face.landmarks) >= 1]
        for face in seen:
            if face.strength > 0:
                others = [landmarks_of(other) for other in seen if other is not face]
                _add_hair(net, frame, face, others, refine, mask[index : index + 1])
    return mask


def _add_hair(
    net: HairSegmentation,
    frame: Tensor,
    face: Face,
    others: list[Tensor],
    refine: int,
    mask: Tensor,
) -> None:
    """Raise `mask` [1, 1, H, W] in place to the hair of one face, times its `strength`."""
    landmarks = landmarks_of(face)
    squares = _squares(landmarks)
    widest = squares[-1]
    rows, columns = _window(widest, frame.shape[-2], frame.shape[-1])
    part = (slice(None), slice(None), rows, columns)
    if not mask[part].numel():
        return
    likely = _hair_probability(net, frame, squares)
    if face.drawn:
        likely = grow_by_color(likely, frame, widest, landmarks)
    likely = _own(likely, widest, landmarks, others)
    hair = ((_paste(likely, widest, rows, columns) - 0.5) / (2 * CLEAR) + 0.5).clamp(0, 1)
    if refine > 0:
        hair = refine_alpha(frame[part], hair, BAND * face_width(landmarks), refine)
    mask[part] = torch.maximum(mask[part], hair * face.strength)


def _squares(landmarks: Tensor) -> list[Square]:
    """The squares that the net is shown, upright for the line from chin to forehead."""
    width = face_width(landmarks)
    right, down = (landmarks[FOREHEAD] - landmarks[CHIN]).tolist()
    x, y = landmarks[[FOREHEAD, CHIN]].mean(0).tolist()
    made = []
    for side, lower in zip(SIDES, LOWER, strict=True):
        upright = Square(x, y, side * width, math.atan2(right, -down))
        center = upright.to_picture(torch.tensor((0.5, 0.5 + lower / side))).tolist()
        made.append(replace(upright, x=center[0], y=center[1]))
    return made


def _hair_probability(net: HairSegmentation, frame: Tensor, squares: list[Square]) -> Tensor:
    """How likely each pixel [1, 1, S, S] of the last, widest square is hair: the mean over the others that show it.

    And over both reflections, so that the mask of a mirrored picture is the mirrored mask.
    """
    crops = sample_squares(frame, squares, net.size)
    *closer, widest = [
        (each + mirrored.flip(-1)) / 2 for each, mirrored in zip(net(crops), net(crops.flip(-1)), strict=True)
    ]
    total, seen = torch.zeros_like(widest[None]), torch.zeros_like(widest[None])
    for square, each in zip(squares[:-1], closer, strict=True):
        shown = torch.stack((each, torch.ones_like(each)), 1)
        values, weight = _resampled(shown, square, squares[-1], net.size).chunk(2, 1)
        total, seen = total + values, seen + weight
    inside = sample_square(torch.ones_like(frame[:, :1]), squares[-1], net.size)
    return (total + (1 - seen).clamp_min(0) * widest[None]) / seen.clamp_min(1) * inside


def _resampled(crop: Tensor, square: Square, onto: Square, size: int) -> Tensor:
    """A crop [1, C, S, S] of one square at the `size` x `size` pixels of another; 0 outside of the first."""
    steps = (torch.arange(size, device=crop.device) + 0.5) / size
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    return _sampled(crop, square.from_picture(onto.to_picture(torch.stack((x, y), -1))))


def _own(hair: Tensor, square: Square, landmarks: Tensor, others: list[Tensor]) -> Tensor:
    """`hair` [1, 1, S, S] as far as it hangs together with the surroundings of its face, and is nearest to it.

    Reconstruction by dilation (Vincent 1993) of what is rather hair than not, on cells of CELL x CELL pixels.
    """
    from scipy.ndimage import binary_propagation  # comes with ComfyUI

    size = hair.shape[-1] // CELL
    steps = (torch.arange(size) + 0.5) / size
    y, x = torch.meshgrid(steps, steps, indexing="ij")
    points = square.to_picture(torch.stack((x, y), -1)).view(-1, 2)
    away, *away_from_others = (
        signed_distance(points, each[list(OVAL)]).view(size, size) / face_width(each)
        for each in (landmarks.cpu(), *(other.cpu() for other in others))
    )
    cells = (F.max_pool2d(hair, CELL)[0, 0] > 0.5).cpu()
    for other in away_from_others:
        cells &= away <= other
    reached = binary_propagation(((away < NEAR_FACE) & cells).numpy(), EIGHT_NEIGHBORS, cells.numpy())
    near = F.max_pool2d(torch.from_numpy(reached)[None, None].to(hair), 3, 1, 1)
    return hair * F.interpolate(near, hair.shape[-2:], mode="nearest")


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
    return _sampled(crop, square.from_picture(torch.stack((x, y), -1)))


def _sampled(crop: Tensor, places: Tensor) -> Tensor:
    """Bilinear samples [1, C, H, W] of a crop at places [H, W, 2] in 0..1 of its side; 0 outside."""
    grid = places * 2 - 1
    return F.grid_sample(crop, grid[None].to(crop), mode="bilinear", padding_mode="zeros", align_corners=False)
