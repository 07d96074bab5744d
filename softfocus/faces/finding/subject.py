"""Only the faces of one subject: those that its mask touches, looked for more closely where none does."""

from __future__ import annotations

import math
from collections.abc import Callable

from torch import Tensor

from ..crops import surroundings
from ..face import Face, moved

MARGIN = 0.5  # of the subject's longer side, seen around it: a mask of a face alone shows too little of the head


def faces_of_subject(find: Callable[[Tensor], list[Face]], frame: Tensor, subject: Tensor) -> list[Face]:
    """The faces in frame [1, 3, H, W] that the mask subject [1, 1, H, W] in 0..1 touches.

    `find` gives the faces of such a frame. Where none of those touches the subject, it is shown the
    subject's surroundings alone, in which a small face is larger.
    """
    inside = subject[0, 0] >= 0.5
    if not bool(inside.any()):
        return []
    faces = [face for face in find(frame) if _touches(face, subject)]
    if faces:
        return faces
    longer = max(span.stop - span.start for span in surroundings(inside))
    rows, columns = surroundings(inside, round(MARGIN * longer))
    near = find(frame[..., rows, columns].contiguous())
    return [face for face in (moved(each, columns.start, rows.start) for each in near) if _touches(face, subject)]


def _touches(face: Face, subject: Tensor) -> bool:
    left, top, width, height = face.box
    rows = slice(max(0, int(top)), max(0, math.ceil(top + height)))
    columns = slice(max(0, int(left)), max(0, math.ceil(left + width)))
    return bool((subject[..., rows, columns] >= 0.5).any())
