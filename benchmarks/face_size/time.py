"""What boxes around faces cost Feature Sharpen, beside the same call without them, at 1024 px."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from torch import Tensor

from benchmarks.face_size.portraits import TUNING, by_name
from benchmarks.rows import Check, Row, values
from benchmarks.timing import side_by_side
from softfocus.faces import Face, FaceNets, region_masks, weighted_maximum
from softfocus.faces.masks.regions import box_of_face
from softfocus.look import make_look
from softfocus.settings import MASK, SHARPEN
from softfocus.sharpen import feature_sharpen
from softfocus.units import percent_of_diagonal
from testing.face_size.pair import resized
from testing.face_size.sitters import Sitter, moved, place

TITLE = "Feature Sharpen at 1024 px with boxes around faces and without, milliseconds, shortest of some runs"
SIDE, SHARES = 1024, (0.05, 0.20, 0.44)
GROUP_SHARE, COLUMNS, ROWS = 0.08, 5, 2  # of ten faces: of the diagonal each, and how they stand
ONE_LIMIT, GROUP_LIMIT = 1.3, 2.0
ROUNDS, ENOUGH_S = 25, 10.0


def table(nets: FaceNets, side: int = SIDE) -> Iterator[Row]:
    """One face at each size, and a group; each with the mask and without."""
    (one,) = by_name(nets, TUNING[:1])
    for share in SHARES:
        at = _sized(place(one, share), side)
        yield from rows(at.image, at.mask, [at.face], share)
    at = _sized(place(one, GROUP_SHARE), side)
    faces = group(at.face, side)
    mask = weighted_maximum(region_masks([faces], at.image.shape[-2:]), MASK.weights)
    yield from rows(at.image, mask, faces, GROUP_SHARE)


def group(face: Face, side: int) -> list[Face]:
    """The face again and again, in rows, in a picture of that side."""
    left, top, width, height = face.box
    middles = [(side * (i + 0.5) / COLUMNS, side * (j + 0.5) / ROWS) for j in range(ROWS) for i in range(COLUMNS)]
    return [moved(face, x - left - width / 2, y - top - height / 2) for x, y in middles]


def rows(image: Tensor, mask: Tensor, faces: Sequence[Face], share: float) -> Iterator[Row]:
    dream = make_look(image, mask).bloomed
    boxes = [[box_of_face(face) for face in faces]]
    radius = percent_of_diagonal(image, SHARPEN.radius)
    for name, each in (("yes", mask), ("none", None)):

        def sharpen(faces: list | None, mask: Tensor | None = each) -> object:
            return feature_sharpen(dream, amount=SHARPEN.amount, radius_px=radius, source=image, mask=mask, faces=faces)

        works = {"with": lambda: sharpen(boxes), "without": lambda: sharpen(None)}
        spent = side_by_side(works, ROUNDS, ENOUGH_S)
        cells: Row = {"faces": len(faces), "face %": round(100 * share), "mask": name}
        yield {**cells, **spent, "with/without": spent["with"] / spent["without"]}


def checks(rows: Sequence[Row]) -> list[Check]:
    """The dearest of one face and the group, each with a mask, as in the workflows, and without."""
    found = []
    for mask, where in (("yes", "with a mask"), ("none", "without a mask")):
        here = [row for row in rows if row["mask"] == mask]
        one = max(values(here, "with/without", lambda row: row["faces"] == 1))
        many = max(values(here, "with/without", lambda row: row["faces"] != 1))
        found.append(Check(f"Feature Sharpen {where}: boxes around one face, times without boxes", one, ONE_LIMIT))
        found.append(Check(f"Feature Sharpen {where}: boxes around ten faces, times without boxes", many, GROUP_LIMIT))
    return found


def _sized(one: Sitter, side: int) -> Sitter:
    return resized(one, side / one.image.shape[-1])
