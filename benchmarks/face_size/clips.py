"""A face that comes nearer, and a real clip: what boxes do from frame to frame.

Faces are found in every frame and steadied through the clip as Face Detail Mask does with `interpolate`; masks and
boxes are of the steadied faces. A frame's detail changes with its source too: only what exceeds that counts.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import torch
from PIL import Image
from torch import Tensor

from benchmarks.face_size.portraits import by_name
from benchmarks.face_size.ways import OURS, WITHOUT
from benchmarks.face_video.__main__ import read_clip
from benchmarks.rows import Check, Row
from softfocus.faces import FaceNets, find_faces, follow_faces, largest, picture_motion, scene_cuts, thumbnail
from softfocus.look import Look, make_look
from testing.face_size.measures import Close
from testing.face_size.sitters import Sitter, place, sitter

TITLE = (
    "Clips: kept detail (11-19 cycles a face, energy) and tone shift (1/255), medians; their changes from frame to\n"
    "frame, in percent beyond the source's own, and in 1/255"
)
PUSHED, FRAMES, SIDE = "sd3.5_simple_example-1", 36, 720  # portrait, frames, px
FIRST, LAST = 0.05, 0.40  # of the diagonal
REAL, LONGEST = "video_ltx2_t2v-1", 48  # clip, frames
DETAIL, TONE = 2.0, 0.05  # percent, 1/255


def table(nets: FaceNets) -> Iterator[Row]:
    (one,) = by_name(nets, (PUSHED,))
    yield from rows("push-in", nets, push_in(one))
    yield from rows(REAL, nets, read_clip(nets, REAL).frames[:LONGEST].float() / 255)


def push_in(one: Sitter, frames: int = FRAMES, side: int = SIDE) -> Tensor:
    """[F, 3, side, side]: the face grows from FIRST to LAST of the diagonal, by the same factor every frame."""
    wide = place(one, FIRST).image[0].movedim(0, -1)
    picture = Image.fromarray((255 * wide).round().byte().numpy())
    shown = []
    for step in range(frames):
        part = picture.width * (FIRST / LAST) ** (step / (frames - 1))
        near, far = (picture.width - part) / 2, (picture.width + part) / 2
        frame = picture.resize((side, side), Image.Resampling.BICUBIC, box=(near, near, far, far))
        shown.append(torch.from_numpy(np.array(frame)).movedim(-1, 0).float() / 255)
    return torch.stack(shown)


def followed(nets: FaceNets, frames: Tensor) -> list[Sitter]:
    """The largest face of each frame, steadied, as long as there is one."""
    found = [largest(find_faces(nets, frame[None])[0], 1) for frame in frames]
    motion, cuts = picture_motion(lambda index: frames[index]), scene_cuts([thumbnail(frame) for frame in frames])
    steady = follow_faces(found, "interpolate", motion, cuts)
    return [
        sitter(str(index), frames[index : index + 1], largest(each, 1)[0]) for index, each in enumerate(steady) if each
    ]


def rows(name: str, nets: FaceNets, frames: Tensor) -> Iterator[Row]:
    """With boxes and without."""
    people = followed(nets, frames)
    for way in (OURS, WITHOUT):
        looks = [make_look(each.image, each.mask, faces=[[each.box] if way == OURS else []]) for each in people]
        yield row(name, way, people, looks)


def row(name: str, way: str, people: Sequence[Sitter], looks: Sequence[Look]) -> Row:
    close = [Close.to(each) for each in people]
    kept = torch.tensor([each.kept(look.image) for each, look in zip(close, looks, strict=True)])
    tone = torch.tensor([each.tone_shift(look.image, look.bloomed) for each, look in zip(close, looks, strict=True)])
    own = torch.tensor([each.energy(each.source) for each in close])
    detail, steps = 100 * beyond(kept, own), tone.diff().abs()
    return {
        "clip": name,
        "way": way,
        "frames": len(people),
        "fine": float(kept.median()),
        "least fine": float(kept.min()),
        "tone": float(tone.median()),
        "most tone": float(tone.max()),
        "step % p95": float(detail.quantile(0.95)),
        "largest %": float(detail.max()),
        "tone step p95": float(steps.quantile(0.95)),
        "largest step": float(steps.max()),
    }


def beyond(kept: Tensor, own: Tensor) -> Tensor:
    """Relative change of `kept` [F] from each frame to the next, less the relative change of the source's `own` [F]."""
    change, excuse = (each.diff().abs() / each[:-1] for each in (kept, own))
    return (change - excuse).clamp_min(0)


def checks(rows: Sequence[Row]) -> list[Check]:
    ours = [row for row in rows if row["way"] == OURS]
    found = []
    for row in ours:
        for name, column, limit in (
            ("step of detail beyond the source's, percent, 95 %", "step % p95", DETAIL),
            ("step of detail beyond the source's, percent, largest", "largest %", DETAIL),
            ("step of tone shift, 1/255, 95 %", "tone step p95", TONE),
            ("step of tone shift, 1/255, largest", "largest step", TONE),
        ):
            found.append(Check(f"{row['clip']}: {name}", float(row[column] or 0), limit))
    return found
