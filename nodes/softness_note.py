"""What the nodes that soften say of the boxes they are given."""

from __future__ import annotations

from ..softfocus.frame_names import name_frames
from ..softfocus.near_faces import small_faces
from .host.batch import Batch


def softness_note(batch: Batch, length: str) -> str:
    """Near how many faces the widget `length` counts in the face's width, or why near none; "" without boxes."""
    if batch.faces is None:
        return ""
    usual = f"{length} is the same everywhere."
    if not any(batch.faces):
        return f"bboxes holds no face: {usual}"
    small = [len(small_faces(faces, batch.image.movedim(-1, 1))) for faces in batch.faces]
    if not any(small):
        return f"No face of bboxes takes less than a fifth of the diagonal: {usual}"
    where = "" if all(small) else f" in {name_frames([at for at, count in enumerate(small, 1) if count])}"
    return f"Near {max(small)} face{'s' if max(small) > 1 else ''}{where} {length} follows the face's width."


def notes(*sentences: str) -> str:
    """Those that say something, a line each."""
    return "\n".join(filter(None, sentences))
