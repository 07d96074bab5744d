"""The faces of a batch, frame by frame or followed through the shots of a clip; of a stream; of a part of a clip."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import comfy.model_management as mm
import torch

from ...softfocus.faces import Face, Tracks, count_people, follow_faces, picture_motion, scene_cuts, thumbnail
from ..host.batch import Batch
from ..host.frames import Frames
from ..host.layouts import check_aspect
from ..host.video import Reel, each_of_video
from ..host.work import each_frame, progress_of
from .sources import FaceSource

FLOATS_PER_PIXEL = 48
ALONE = "empty"  # of Face Detail Mask's missing_frames: no frame knows of others
BY_LOOK = -1  # of its first_frame
Record = tuple[list[Face], torch.Tensor]


def search_parts(missing_frames: str) -> int:
    """How many parts of a node's progress the search takes."""
    return 1 if missing_frames == ALONE else 2


def search_faces(source: FaceSource, batch: Batch, missing_frames: str, parts: int) -> Tracks:
    """The faces of every frame, before anything is drawn: a clip's faces are followed as a whole.

    Args:
        source: who finds them.
        batch: the pictures.
        missing_frames: as of Face Detail Mask.
        parts: of the node's progress, of which the search takes the first.
    """
    records = each_frame(_finder(source), batch, floats_per_pixel=FLOATS_PER_PIXEL, part=(0, parts))

    def frame(index: int) -> torch.Tensor:
        mm.throw_exception_if_processing_interrupted()
        return batch.image[index].movedim(-1, 0)

    return _followed(records, batch.size, missing_frames, frame, parts)


def search_video(source: FaceSource, video: Any, missing_frames: str) -> Tracks:
    """The same for a VIDEO, which is read twice as a stream: no more than two frames of it are held."""
    parts = search_parts(missing_frames)
    records, size = each_of_video(_finder(source), video, (0, parts))
    return _followed(records, size, missing_frames, Reel(video), parts)


def faces_of_part(tracks: Tracks, batch: Batch, first_frame: int, parts: int) -> Tracks:
    """The faces of a batch that is a part of the clip of `tracks`.

    Args:
        tracks: of the whole clip, at any size.
        batch: consecutive frames of it.
        first_frame: number of the first one in the clip, from 0; BY_LOOK: where the clip looks like them.
        parts: of the node's progress, of which the search takes the first.

    Raises:
        ValueError: something else than tracks, or tracks of another clip.
    """
    if not isinstance(tracks, Tracks):
        raise ValueError(f"tracks is {type(tracks).__name__}; connect the tracks of Track Faces or Face Detail Mask")
    if len(batch) == 0:
        return tracks.part(0, 0, batch.size)
    check_aspect(tracks.size, batch.size, "tracks")
    if first_frame == BY_LOOK:
        looks = each_frame(_look, batch, floats_per_pixel=FLOATS_PER_PIXEL, part=(0, parts))
        first_frame = tracks.place_of(torch.stack(looks))
    return tracks.part(first_frame, len(batch), batch.size)


def _look(frames: Frames) -> list[torch.Tensor]:
    return [thumbnail(frame).cpu() for frame in frames.rgb]


def _finder(source: FaceSource) -> Callable[[Frames], list[Record]]:
    return lambda frames: list(zip(source.find(frames), _look(frames), strict=True))


def _followed(
    records: list[Record],
    size: tuple[int, int],
    missing_frames: str,
    frame: Callable[[int], torch.Tensor],
    parts: int,
) -> Tracks:
    """What was found in each frame, followed through the clip unless frames are taken alone."""
    faces = [found for found, _ in records]
    looks = torch.stack([look for _, look in records]) if records else torch.zeros(0, 3, 1, 1)
    if missing_frames == ALONE:
        return Tracks(faces, list(map(count_people, faces)), range(1, len(faces)), size, looks)
    # With the picture's own motion where OpenCV is there.
    motion, progress, cuts = picture_motion(frame), progress_of((1, parts)), scene_cuts(list(looks))
    return Tracks(faces, follow_faces(faces, missing_frames, motion, cuts, progress), cuts, size, looks)
