"""Which face of a frame is which face of the next: tracks by assignment.

Every track predicts where its face will be, at constant velocity; the faces found are given to the tracks so that the
sum of the distances is least (the Hungarian method, Kuhn 1955, as in SORT, arXiv 1602.00763).
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

import torch
from torch import Tensor

from ..face import Face, landmarks_of
from ..masks.regions import face_width

LONGEST_GAP = 24  # frames in a row without the face, about a second; after that it is another face
REACH = 0.5  # mean distance of the landmarks from where they were expected, in face widths: further is another face
REACH_GROWTH = 0.05  # more of it for every frame of a gap
MEMORY = 5  # steps whose median is the velocity: one bad frame spoils two of them
STRIDE = 6  # frames of a gap over which the velocity is trusted


@dataclass
class Track:
    """One face through a clip: what was found of it, by frame, in ascending order."""

    sightings: dict[int, Face] = field(default_factory=dict)

    @property
    def first(self) -> int:
        return next(iter(self.sightings))

    @property
    def last(self) -> int:
        return next(reversed(self.sightings))

    def expected(self, frame: int) -> Tensor:
        """Landmarks [N, 2] at a later frame, in pixels: the last ones moved at the median of the last velocities."""
        recent = list(self.sightings.items())[-MEMORY - 1 :]
        latest = landmarks_of(recent[-1][1])
        if len(recent) == 1:
            return latest
        centres = torch.stack([landmarks_of(face).mean(0) for _, face in recent])
        frames = torch.tensor([float(index) for index, _ in recent])
        velocity = (centres.diff(dim=0) / frames.diff()[:, None]).median(0).values
        return latest + velocity * min(frame - self.last, STRIDE)


def link_faces(frames: list[list[Face]], cuts: Collection[int] = ()) -> list[Track]:
    """Tracks through a clip; every face with landmarks belongs to exactly one, in the order of their first frames.

    Args:
        frames: the faces of each frame; those without landmarks are left out.
        cuts: frames with which a new shot starts, perhaps; only a track seen in the frame before may go on there.

    A face that stays unseen for more than `LONGEST_GAP` frames, or turns up further than `REACH` face widths from
    where it was expected, starts a new track.
    """
    tracks: list[Track] = []
    active: list[Track] = []
    for index, found in enumerate(frames):
        faces = [face for face in found if face.landmarks is not None]
        longest = 0 if index in cuts else LONGEST_GAP
        active = [track for track in active if index - track.last <= longest + 1]
        pairs = _assign(active, faces, index)
        for row, column in pairs.items():
            active[row].sightings[index] = faces[column]
        taken = set(pairs.values())
        new = [Track({index: face}) for column, face in enumerate(faces) if column not in taken]
        active += new
        tracks += new
    return tracks


def _assign(tracks: list[Track], faces: list[Face], frame: int) -> dict[int, int]:
    """Track number to face number, at the least sum of distances; pairs out of reach stay apart."""
    from scipy.optimize import linear_sum_assignment  # comes with ComfyUI

    if not tracks or not faces:
        return {}
    cost = torch.stack([torch.stack([_distance(track, face, frame) for face in faces]) for track in tracks])
    # Above 1 all pairs cost the same, so a far pair never decides which of two near ones is taken.
    rows, columns = linear_sum_assignment(cost.clamp(max=1).double().numpy())
    return {row: column for row, column in zip(rows.tolist(), columns.tolist(), strict=True) if cost[row, column] < 1}


def _distance(track: Track, face: Face, frame: int) -> Tensor:
    """Mean distance of the landmarks from where the track expects them, as a share of what is allowed; a scalar."""
    expected, points = track.expected(frame), landmarks_of(face)
    if len(expected) != len(points):  # one with irises, one without
        return torch.tensor(torch.inf)
    reach = REACH + REACH_GROWTH * (frame - track.last - 1)
    width = (face_width(expected) * face_width(points)) ** 0.5
    return (points - expected).norm(dim=-1).mean() / max(reach * width, 1e-6)
