"""The faces of a batch, frame by frame or followed through the shots of a clip."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import comfy.model_management as mm
import torch

from ...softfocus.faces import Face, count_people, follow_faces, picture_motion, scene_cuts, thumbnail
from ..host.batch import Batch
from ..host.frames import Frames
from ..host.work import each_frame, progress_of
from .sources import FaceSource

FLOATS_PER_PIXEL = 48
ALONE = "empty"  # of Face Detail Mask's missing_frames: no frame knows of others


@dataclass(frozen=True)
class Found:
    """What is known of a batch.

    Attributes:
        faces: of every frame, as the source found them.
        everyone: the same, numbered; steadied and filled in where they are followed.
        cuts: frames with which a new shot begins; where they are not followed, all but the first.
    """

    faces: list[list[Face]]
    everyone: list[list[Face]]
    cuts: Sequence[int]


def search_parts(missing_frames: str) -> int:
    """How many parts of a node's progress the search takes."""
    return 1 if missing_frames == ALONE else 2


def search_faces(source: FaceSource, batch: Batch, missing_frames: str, parts: int) -> Found:
    """The faces of every frame, before anything is drawn: a clip's faces are followed as a whole.

    Args:
        source: who finds them.
        batch: the pictures.
        missing_frames: as of Face Detail Mask.
        parts: of the node's progress, of which the search takes the first.
    """

    def find(frames: Frames) -> list[tuple[list[Face], torch.Tensor]]:
        return list(zip(source.find(frames), map(thumbnail, frames.rgb), strict=True))

    records = each_frame(find, batch, floats_per_pixel=FLOATS_PER_PIXEL, part=(0, parts))
    faces, thumbnails = [each for each, _ in records], [small for _, small in records]
    if missing_frames == ALONE:
        return Found(faces, list(map(count_people, faces)), range(1, len(faces)))

    def frame(index: int) -> torch.Tensor:
        mm.throw_exception_if_processing_interrupted()
        return batch.image[index].movedim(-1, 0)

    # With the picture's own motion where OpenCV is there.
    motion, progress, cuts = picture_motion(frame), progress_of((1, parts)), scene_cuts(thumbnails)
    return Found(faces, follow_faces(faces, missing_frames, motion, cuts, progress), cuts)
