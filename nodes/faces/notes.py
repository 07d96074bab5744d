"""What the nodes that follow the size of faces say of the boxes they are given."""

from __future__ import annotations

from collections.abc import Sequence

from ...softfocus.filters.near_faces import small_faces
from ...softfocus.frame_names import name_frames
from ..host.batch import Batch

NO_FACE = "bboxes holds no face"
DIAGONAL = (
    "The scale of detail is percent of the diagonal; with the bboxes of Face Detail Mask it is that of each face."
)


def softness_note(batch: Batch, length: str) -> str:
    """Near how many faces the widget `length` counts in the face's width, or why near none; "" without boxes."""
    if batch.faces is None:
        return ""
    usual = f"{length} is the same everywhere."
    if not any(batch.faces):
        return f"{NO_FACE}: {usual}"
    small = [len(small_faces(faces, batch.image.movedim(-1, 1))) for faces in batch.faces]
    if not any(small):
        return f"No face of bboxes takes less than a fifth of the diagonal: {usual}"
    return f"Near {_count(small)} {length} follows the face's width."


def detail_note(batch: Batch) -> str:
    """Whether detail has the scale of faces; said where boxes, or a mask, show that faces are meant."""
    if batch.faces is None:
        return DIAGONAL if batch.masks["mask"] is not None else ""
    if not any(batch.faces):
        return f"{NO_FACE}. {DIAGONAL}"
    return f"{_count(list(map(len, batch.faces)))}: their detail has the scale of their width."


def notes(*sentences: str) -> str:
    """Those that say something, a line each."""
    return "\n".join(filter(None, sentences))


def _count(faces: Sequence[int]) -> str:
    """The most faces that a frame has, and which frames have some, unless all do."""
    where = "" if all(faces) else f" in {name_frames([at for at, count in enumerate(faces, 1) if count])}"
    return f"{max(faces)} face{'s' if max(faces) > 1 else ''}{where}"
