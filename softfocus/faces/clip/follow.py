"""Faces followed through a clip: linked, smoothed, and filled in where they were not found."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..face import Face, landmarks_of, largest, same_faces
from ..masks.regions import face_width
from .motion import Step
from .people import count_by_shot
from .smooth import Motion, between, smooth_points
from .track import LONGEST_GAP, Track, link_faces

MISSING = ("empty", "previous", "interpolate")
END_HOLD = 8  # frames before the first and after the last sighting that interpolate fills, a third of a second


def follow_faces(
    frames: list[list[Face]],
    missing: str,
    step: Step | None = None,
    cuts: Collection[int] = (),
    progress: Callable[[float], object] | None = None,
) -> list[list[Face]]:
    """The faces of each frame of a clip, steadied and filled in; largest first, the input unchanged.

    Args:
        frames: the faces found in each frame, with landmarks; those without are passed on as they are.
        missing: what stands in for a face in a frame in which it was not found. `empty`: nothing, and nothing is
            smoothed, every frame is as it came. `previous`: the face as it was last seen, for up to `LONGEST_GAP`
            frames; nothing before it is first seen. `interpolate`: the way from the sighting before to the one
            after, across up to `LONGEST_GAP` frames; before the first and after the last sighting of a face it
            stays where it is for up to `END_HOLD` frames.
        step: how the picture moves (`picture_motion`), asked for frames in ascending order; without it faces are
            smoothed by their own positions alone.
        cuts: frames with which a new shot starts (`scene_cuts`). A frame in which a face appears right after another
            was last seen, while none is seen on both sides of it, counts as a cut too. Nothing is held across a cut;
            a face seen on both sides of one is the same if it is in the same place.
        progress: told after each `step` what share of them is done, 0..1.

    A filled-in face keeps the score of the sighting before it (after it, at the start). It is left out where its box
    overlaps that of a face found there, and a face that was seen in one frame only, perhaps by mistake, stands in only
    where there is no other. Each face says who it is: `person` is counted anew in each shot (`count_by_shot`) and goes
    with the face as it moves, but for `empty`, which counts nobody.

    Raises:
        ValueError: another `missing`.
    """
    if missing not in MISSING:
        raise ValueError(f"missing_frames is {missing!r}; choose one of {', '.join(MISSING)}")
    if missing == "empty":
        return [list(found) for found in frames]
    result = [[face for face in found if face.landmarks is None] for found in frames]
    tracks = link_faces(frames, cuts)
    ways = list(map(_way, tracks))
    motions = [None] * len(tracks) if step is None else _motions(tracks, ways, step, progress)
    steady = [_steady(*each, person) for person, each in enumerate(zip(tracks, ways, motions, strict=True), 1)]
    for track, faces in zip(tracks, steady, strict=True):
        for index in track.sightings:
            result[index].append(faces[index])
    shots = sorted({*cuts, *_apparent_cuts(tracks)})
    surest = sorted(zip(tracks, steady, strict=True), key=lambda pair: -len(pair[0].sightings))
    for track, faces in surest:
        for index, face in _filled(track, faces, missing, len(frames), shots).items():
            doubtful = len(track.sightings) == 1 and result[index]
            if not doubtful and not bool(same_faces([face], result[index]).any()):
                result[index].append(face)
    return [largest(found) for found in count_by_shot(result, shots)]


@dataclass(frozen=True)
class _Way:
    """A track from its first to its last frame without a gap.

    Attributes:
        faces: of each frame the last one seen.
        points: [F, N, 2], see `_points`.
        seen: [F] bool.
    """

    faces: list[Face]
    points: Tensor
    seen: Tensor

    @property
    def count(self) -> int:
        """Of landmarks among the points."""
        return self.points.shape[1] - 2


def _way(track: Track) -> _Way:
    faces: list[Face] = []
    for index in range(track.first, track.last + 1):
        faces.append(track.sightings.get(index) or faces[-1])
    seen = torch.tensor([index in track.sightings for index in range(track.first, track.last + 1)])
    return _Way(faces, torch.stack([_points(face) for face in faces]), seen)


def _motions(
    tracks: list[Track], ways: list[_Way], step: Step, progress: Callable[[float], object] | None
) -> list[Motion | None]:
    """The picture's motion under each track's landmarks; all else takes the mean of it.

    Steps are asked for in the order of the frames, for all tracks at once, so that a clip can be read as a stream.
    """
    places = [between(way.points, way.seen) for way in ways]
    motions = [Motion(torch.zeros_like(way.points[1:]), torch.zeros(len(way.faces) - 1)) for way in ways]
    wanted = sorted((index, at) for at, track in enumerate(tracks) for index in range(track.first, track.last))
    for done, (index, at) in enumerate(wanted, 1):
        count, here = ways[at].count, index - tracks[at].first
        moved, believed = step(index, places[at][here, :count], places[at][here + 1, :count])
        motions[at].step[here, :count], motions[at].step[here, count:] = moved, moved.mean(0)
        motions[at].trust[here] = believed
        if progress is not None:
            progress(done / len(wanted))
    return [motion if len(motion.trust) else None for motion in motions]


def _steady(track: Track, way: _Way, motion: Motion | None, person: int) -> dict[int, Face]:
    """The track's faces from its first to its last frame without a gap, smoothed, as those of one person."""
    width = torch.tensor([face_width(each) for each in way.points]).median().item()
    smoothed = smooth_points(way.points, way.seen, width, motion)
    return {
        index: replace(_moved(face, each, way.count), person=person)
        for index, (face, each) in enumerate(zip(way.faces, smoothed, strict=True), track.first)
    }


def _points(face: Face) -> Tensor:
    """Landmarks and two corners of the box, [N, 2]: what is smoothed."""
    left, top, width, height = face.box
    return torch.cat((landmarks_of(face).float(), torch.tensor(((left, top), (left + width, top + height)))))


def _moved(face: Face, points: Tensor, count: int) -> Face:
    """`face` at points [N, 2], the inverse of `_points`; its keypoints go along."""
    shift = (points - _points(face))[:count].mean(0)
    keypoints = None if face.keypoints is None else face.keypoints + shift
    (left, top), (right, bottom) = points[count:].tolist()
    return replace(face, landmarks=points[:count], keypoints=keypoints, box=(left, top, right - left, bottom - top))


def _filled(track: Track, faces: dict[int, Face], missing: str, count: int, shots: list[int]) -> dict[int, Face]:
    """The faces that stand in where the track was not seen, by frame."""
    start = max((shot for shot in shots if shot <= track.first), default=0)
    stop = min((shot for shot in shots if shot > track.last), default=count)
    gaps = [index for index in faces if index not in track.sightings]
    if missing == "interpolate":
        after = range(track.last + 1, min(track.last + 1 + END_HOLD, stop))
        before = range(max(track.first - END_HOLD, start), track.first)
        ends = {index: faces[track.first] for index in before} | {index: faces[track.last] for index in after}
        return {index: faces[index] for index in gaps} | ends
    filled: dict[int, Face] = {}
    for index in (*gaps, *range(track.last + 1, min(track.last + 1 + LONGEST_GAP, stop))):
        filled[index] = filled.get(index - 1) or faces[index - 1]
    return filled


def _apparent_cuts(tracks: list[Track]) -> set[int]:
    """Frames in which a face appears right after another was last seen, and through which no face was followed."""
    candidates = {track.first for track in tracks} & {track.last + 1 for track in tracks}
    return {frame for frame in candidates if not any(track.first < frame <= track.last for track in tracks)}
