"""What the node says about the faces of a batch: how many, from where, whose, and in which frames there was none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence

from ..frame_names import name_frames
from .face import Face


def summarize_faces(
    found: Sequence[list[Face]],
    shown: Sequence[list[Face]],
    source: str,
    advice: str,
    searched: Collection[int] | None = None,
) -> str:
    """Sentences about the faces found in each frame, and shown there once missing ones were filled in.

    `source` names what found them; `advice` is what may help where there is none. Frames that are not among
    `searched` (counted from 0; without it: all are) had no chance of a face, and are not named for having none.
    """
    count = len(found)
    if count == 0:
        return "The batch has no frames: no face to look for."
    empty = [index + 1 for index, faces in enumerate(shown) if not faces and (searched is None or index in searched)]
    filled = [index for index, (was, now) in enumerate(zip(found, shown, strict=True), 1) if len(now) > len(was)]
    if count == 1 and empty:
        return f"No face found by {source}: the masks are empty. {advice}"
    sentences = []
    if not empty:
        sentences.append(f"{_number(sum(map(len, found)), 'face')} found in {_number(count, 'frame')} by {source}.")
    else:
        masks = "its masks are" if len(empty) == 1 else "their masks are"
        sentences.append(f"No face found by {source} in {name_frames(empty)} of {count}: {masks} empty. {advice}")
    if filled:
        sentences.append(f"Filled in: {name_frames(filled)}.")
    return " ".join(sentences)


def summarize_people(
    everyone: Sequence[list[Face]], chosen: Sequence[list[Face]], people: Mapping[int, float] | None
) -> str:
    """Sentences about whom `people` (`parse_people`) names in vain; "" where nobody is.

    Of each frame, `everyone` are the faces with their persons' numbers, `chosen` those of them that are masked.
    """
    highest = max((face.person for faces in everyone for face in faces), default=0)
    if people is None or highest == 0:
        return ""
    sentences = []
    absent = [str(person) for person in sorted(people) if person > highest]
    if absent:
        known = (
            f"{highest} {'person was' if highest == 1 else 'people were'} found"
            if len(everyone) == 1
            else f"no number is above {highest}"
        )
        sentences.append(f"people names {', '.join(absent)}, but {known}.")
    without = [index for index, faces in enumerate(everyone, 1) if faces and not chosen[index - 1]]
    if len(everyone) == 1 and without:
        sentences.append("Nobody is chosen: the masks are empty.")
    elif without:
        sentences.append(f"Nobody is chosen in {name_frames(without)} of {len(everyone)}: no face is masked there.")
    return " ".join(sentences)


def summarize_drawn(found: Sequence[list[Face]]) -> str:
    """A sentence about faces whose landmarks follow a drawing, and how sure they are; "" where there are none."""
    scores = [face.score for faces in found for face in faces if face.drawn]
    if not scores:
        return ""
    sure = " to ".join(sorted({f"{min(scores):.2f}", f"{max(scores):.2f}"}))
    placed = "placed by the drawing itself, with the face mesh as a guide"
    if len(scores) == 1:
        return f"One face is drawn (confidence {sure}): its eyes and mouth are {placed}."
    return f"{len(scores)} faces are drawn (confidence {sure}): their eyes and mouths are {placed}."


def _number(count: int, noun: str) -> str:
    return f"{count} {noun if count == 1 else noun + 's'}"
