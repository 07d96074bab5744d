"""Do the face's points lie where they belong, and do points and masks follow the picture when it is changed?

Run alone: `python -m benchmarks.landmarks [--refine 2]`. Points are compared with marks made by eye and with those of
the mirrored, scaled and turned picture, by the distance of the eyes' centres; masks with those of the changed
picture, by their mean absolute difference in the boxes of the faces.
"""

from __future__ import annotations

import argparse
import json
from collections.abc import Iterable
from pathlib import Path
from statistics import median

import torch
from torch import Tensor

from benchmarks.picture_changes import Change, mirrored, padded, scaled, turned
from benchmarks.portraits import ANNOTATIONS, ROOT, Portrait, portraits
from softfocus.faces import Face, FaceNets, detail_mask, find_faces, load_face_nets
from softfocus.faces.mirror import mirror_map
from softfocus.settings import MaskSettings

MARKS = ROOT / "tests" / "faces" / "marks.json"
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

    In the order of ``MARKED``. Made on enlarged pictures without a look at the mesh, and not moved towards it later.
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
    """Distance in pixels of the eyes' centres as seen (small in a profile) from the four ``EYE_CORNERS`` [4, 2]."""
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


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--refine", type=int, default=0, help="passes over the face's outline")
    settings = parser.parse_args(argv)
    torch.set_num_threads(settings.threads)
    nets, chosen = load_face_nets(), list(portraits())
    by_eye = mark_errors(nets, chosen)
    worst = max(by_eye, key=lambda each: by_eye[each])
    print(
        f"marks, % of the eyes' distance, {len(by_eye)} portraits: median {100 * median(by_eye.values()):.2f}", end=", "
    )
    print(f"mean {100 * sum(by_eye.values()) / len(by_eye):.2f}, worst {100 * by_eye[worst]:.2f} {worst}")
    print(f"points, % of the eyes' distance, {len(chosen)} portraits   median   worst portrait's median")
    for name, change in POINT_CHANGES.items():
        errors = point_errors(nets, change, chosen)
        worst = max(errors, key=lambda each: errors[each].median().item())
        every = torch.stack(list(errors.values()))
        print(f"{name:47}  {100 * every.median():6.2f}   {100 * errors[worst].median():6.2f} {worst}")
    print(f"detail mask, mean difference, refine {settings.refine}     median    worst")
    for name, by_portrait in mask_errors(nets, MASK_CHANGES, chosen, settings.refine).items():
        worst = max(by_portrait, key=lambda each: by_portrait[each])
        print(f"{name:40}  {median(by_portrait.values()):.4f}   {by_portrait[worst]:.4f} {worst}")


if __name__ == "__main__":
    main()
