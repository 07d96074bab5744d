"""Faces followed through a clip: linked, smoothed, and filled in where they were not found."""

from __future__ import annotations

from collections.abc import Callable, Collection
from dataclasses import replace
from itertools import count as count_from

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
        step: how the picture moves (`picture_motion`); without it faces are smoothed by their own positions alone.
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
    if step is not None and progress is not None:
        step = _counted(step, sum(track.last - track.first for track in tracks), progress)
    steady = [_steady(track, step, person) for person, track in enumerate(tracks, 1)]
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


def _counted(step: Step, total: int, progress: Callable[[float], object]) -> Step:
    """`step` that tells after each of `total` calls what share of them is done."""
    done = count_from(1)

    def counted(index: int, here: Tensor, there: Tensor) -> tuple[Tensor, float]:
        moved = step(index, here, there)
        progress(next(done) / total)
        return moved

    return counted


def _steady(track: Track, step: Step | None, person: int) -> dict[int, Face]:
    """The track's faces from its first to its last frame without a gap, smoothed, as those of one person."""
    frames = range(track.first, track.last + 1)
    nearest = {index: track.sightings.get(index) for index in frames}
    for index in frames:
        nearest[index] = nearest[index] or nearest[index - 1]
    faces: list[Face] = [face for face in nearest.values() if face is not None]
    points = torch.stack([_points(face) for face in faces])
    seen = torch.tensor([index in track.sightings for index in frames])
    count = points.shape[1] - 2
    width = torch.tensor([face_width(each) for each in points]).median().item()
    motion = None if step is None or len(faces) == 1 else _motion(points, seen, count, track.first, step)
    smoothed = smooth_points(points, seen, width, motion)
    return {
        index: replace(_moved(face, each, count), person=person)
        for index, face, each in zip(frames, faces, smoothed, strict=True)
    }


def _motion(points: Tensor, seen: Tensor, count: int, first: int, step: Step) -> Motion:
    """The picture's motion under the first `count` points of [F, N, 2]; the others take the mean of it."""
    places = between(points, seen)
    steps, trust = torch.zeros_like(points[1:]), torch.zeros(len(points) - 1)
    for index in range(len(points) - 1):
        moved, believed = step(first + index, places[index, :count], places[index + 1, :count])
        steps[index, :count], steps[index, count:] = moved, moved.mean(0)
        trust[index] = believed
    return Motion(steps, trust)


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
