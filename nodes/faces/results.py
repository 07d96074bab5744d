"""What Face Detail Mask gives beside its masks: boxes for other nodes, the preview, and what it says."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import torch

from ...softfocus.faces import (
    Face,
    draw_legend,
    draw_numbers,
    face_width,
    summarize_drawn,
    summarize_faces,
    summarize_people,
    tint_regions,
)
from ..host.batch import Batch
from .sources import Origin

Faces = list[list[Face]]
People = Mapping[int, float] | None


def bounding_box(face: Face) -> Mapping[str, Any]:
    """A face as one entry of the host's BOUNDING_BOX type, in pixels; `face_width` where its landmarks are known."""
    left, top, width, height = face.box
    box = {"x": left, "y": top, "width": width, "height": height, "label": "face", "score": face.score}
    return box if face.landmarks is None else {**box, "face_width": face_width(face.landmarks)}


def preview(
    rgb: torch.Tensor,
    masks: dict[str, torch.Tensor],
    weights: dict[str, float],
    everyone: Faces,
    faces: Faces,
    people: People,
) -> torch.Tensor:
    """The picture with its regions tinted, a legend where a face is masked, and numbers where there is a choice."""
    shown = []
    for tinted, present, masked in zip(tint_regions(rgb, masks, weights).split(1), everyone, faces, strict=True):
        picture = draw_legend(tinted, weights) if masked else tinted
        if people is not None or any(face.person > 1 for face in present):
            picture = draw_numbers(picture, present, {face.person for face in masked})
        shown.append(picture)
    return torch.cat(shown)


def say(batch: Batch, source: Origin, found: Faces, everyone: Faces, faces: Faces, people: People) -> str:
    """What was found, in the frames where a face was looked for at all, and whom `people` names in vain."""
    note = batch.empty_note("subject_mask", "no face is looked for there")
    empty = batch.empty.get("subject_mask", [False]) if note else [False]
    if note and all(empty):
        return batch.empty_note("subject_mask", "it touches no face, so that the masks are empty too")
    searched = [index for index in range(len(batch)) if not empty[index % len(empty)]]
    summary = summarize_faces(found, everyone, source.name, source.advice, searched)
    parts = (note, summary, summarize_drawn(found), summarize_people(everyone, faces, people))
    return " ".join(filter(None, parts))


def unused(**connected: Any) -> str:
    """What is said of inputs that are connected, by their names, beside tracks."""
    names = [name for name, given in connected.items() if given is not None]
    return f" {' and '.join(names)} count{'s' * (len(names) == 1)} for nothing beside tracks." if names else ""
