"""How far a face's points and masks lie from marks made by eye, and from those of a changed picture."""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path

import torch
from torch import Tensor

from softfocus.faces import Face, FaceNets, detail_mask, find_faces
from softfocus.faces.topology import mirror_map
from softfocus.settings import MaskSettings
from testing.faces.picture_changes import Change, mirrored, padded, scaled, turned
from testing.portraits import ANNOTATIONS, ROOT, Portrait

MARKS = ROOT / "testing" / "faces" / "marks.json"
EYE_CORNERS = (33, 133, 362, 263)  # right outer and inner, left inner and outer
# The marks' points in the mesh. 4 is the tip of the nose: of all points it stands out furthest. 1 lies below it.
MARKED = (*EYE_CORNERS, 61, 291, 4)
EYES_TO_BOX = 0.38  # distance of the eyes over the height of the reference box, in marked faces seen from the front
BORDER = 37  # pixels
POINT_CHANGES = {"mirrored": mirrored(), "scaled 0.7": scaled(0.7), "turned 10 degrees": turned(10)}
MASK_CHANGES = {
    "scaled 0.5": scaled(0.5),
    "scaled 2": scaled(2),
    "mirrored": mirrored(),
    "shifted 5, -3 px": padded(5, -5, -3, 3),
    "padded": padded(BORDER, BORDER, BORDER, BORDER),
}


def marks() -> dict[str, Tensor]:
    """By name of the picture: [7, 2] points in pixels marked by eye, not a number where one is hidden.

    In the order of `MARKED`. Made on enlarged pictures without a look at the mesh, and not moved towards it later.
    """
    names = {entry["sha256"]: Path(entry["path"]).stem for entry in json.loads(ANNOTATIONS.read_text())["images"]}
    hidden = [torch.nan, torch.nan]
    return {
        names[sha256]: torch.tensor([point or hidden for point in points])
        for sha256, points in json.loads(MARKS.read_text())["portraits"].items()
    }


def mark_errors(nets: FaceNets, chosen: Iterable[Portrait]) -> dict[str, float]:
    """By marked portrait: mean distance of the largest face's points from the marks, over the eyes' distance.

    That distance is the marks' own; where an eye is hidden, it is told from the height of the reference box. Infinite
    without a face.
    """
    wanted, errors = marks(), {}
    for portrait in chosen:
        if portrait.name in wanted:
            unit = interocular(wanted[portrait.name][:4])
            unit = unit if unit > 0 else EYES_TO_BOX * max(box[3] for box in portrait.boxes)
            found = _points(nets, portrait.image)
            distances = (found[list(MARKED)] - wanted[portrait.name]).norm(dim=1) if found is not None else None
            errors[portrait.name] = torch.inf if distances is None else distances.nanmean().item() / unit
    return errors


def interocular(corners: Tensor) -> float:
    """Distance in pixels of the eyes' centres as seen (small in a profile) from the four `EYE_CORNERS` [4, 2]."""
    right_outer, right_inner, left_inner, left_outer = corners
    return ((right_outer + right_inner - left_inner - left_outer) / 2).norm().item()


def point_errors(nets: FaceNets, change: Change, chosen: Iterable[Portrait]) -> dict[str, Tensor]:
    """By portrait: [468] distances between the points found before and after the change, over the eyes' distance.

    The largest face counts; infinite where the changed picture has none.
    """
    errors = {}
    for portrait in chosen:
        before = _points(nets, portrait.image)
        after = _points(nets, change.picture(portrait.image))
        if before is None or after is None:
            errors[portrait.name] = torch.full((468,), torch.inf)
            continue
        back = change.back(after, *portrait.image.shape[2:])
        distance = ((back[mirror_map()] if change.mirrors else back) - before).norm(dim=1)
        errors[portrait.name] = distance / interocular(before[list(EYE_CORNERS)])
    return errors


def _points(nets: FaceNets, image: Tensor) -> Tensor | None:
    (found,) = find_faces(nets, image)
    return found[0].landmarks if found else None


def mask_errors(
    nets: FaceNets, changes: dict[str, Change], chosen: Iterable[Portrait], refine: int = 0
) -> dict[str, dict[str, float]]:
    """By change and portrait: mean absolute difference, in the boxes of the faces, of the mask of the changed picture
    and the changed mask of the picture. A picture without a found face is left out."""
    errors: dict[str, dict[str, float]] = {name: {} for name in changes}
    for portrait in chosen:
        faces = find_faces(nets, portrait.image)
        if not faces[0]:
            continue
        mask = detail_mask(portrait.image, faces, MaskSettings(refine=refine))
        boxes = _box_plane(faces[0], mask)
        for name, change in changes.items():
            image = change.picture(portrait.image)
            found = detail_mask(image, find_faces(nets, image), MaskSettings(refine=refine))
            inside = change.picture(boxes) > 0.5
            errors[name][portrait.name] = (found - change.picture(mask))[inside].abs().mean().item()
    return errors


def _box_plane(faces: list[Face], like: Tensor) -> Tensor:
    """1 in the boxes of the faces, 0 elsewhere."""
    plane = torch.zeros_like(like)
    for face in faces:
        left, top, width, height = face.box
        plane[..., max(0, round(top)) : round(top + height), max(0, round(left)) : round(left + width)] = 1
    return plane
