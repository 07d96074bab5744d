"""The faces of a whole clip, for its parts: a part finds its place in the clip, and its faces at its own size."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ..face import Face

OTHER = 0.1  # root mean square difference of thumbnails, sRGB, from which on a part is not of the clip


@dataclass(frozen=True, eq=False)
class Tracks:
    """What is known of the faces in a clip, in pixels of its frames.

    Attributes:
        faces: of every frame, as they were found.
        everyone: the same, numbered; steadied and filled in where they are followed.
        cuts: frames with which a new shot begins; where nothing is followed, all but the first.
        size: (height, width) of the frames.
        looks: [F, 3, SIDE, SIDE], the frames' thumbnails (`cuts.thumbnail`).
    """

    faces: list[list[Face]]
    everyone: list[list[Face]]
    cuts: Sequence[int]
    size: tuple[int, int]
    looks: Tensor

    def __len__(self) -> int:
        return len(self.faces)

    def place_of(self, looks: Tensor) -> int:
        """The frame from which on the clip looks most like consecutive frames with thumbnails [N, 3, SIDE, SIDE].

        The first one of several that do.

        Raises:
            ValueError: the clip is shorter, or looks like that nowhere.
        """
        self._check(0, len(looks))
        places = len(self) - len(looks) + 1
        error = torch.zeros(places)
        for index, look in enumerate(looks):
            error += (self.looks[index : index + places] - look).square().mean((1, 2, 3))
        place = int(error.argmin()) if len(looks) else 0
        if len(looks) and error[place] / len(looks) > OTHER**2:
            raise ValueError(
                "image looks like no part of the clip of tracks; connect frames of that clip, none left out, "
                "or say with first_frame where they begin"
            )
        return place

    def part(self, first: int, count: int, size: tuple[int, int]) -> Tracks:
        """Frames first..first + count, for pictures of another (height, width) of the same aspect.

        Raises:
            ValueError: the clip ends before.
        """
        self._check(first, count)
        here = slice(first, first + count)
        return Tracks(
            [_resized(found, self.size, size) for found in self.faces[here]],
            [_resized(found, self.size, size) for found in self.everyone[here]],
            [cut - first for cut in self.cuts if first < cut < first + count],
            size,
            self.looks[here],
        )

    def _check(self, first: int, count: int) -> None:
        if first + count > len(self):
            where = f" from first_frame {first} on" if first else ""
            raise ValueError(
                f"image has {count} frames{where}, but the clip of tracks has {len(self)}; "
                "make tracks of the whole clip"
            )


def _resized(faces: list[Face], size: tuple[int, int], wanted: tuple[int, int]) -> list[Face]:
    """Faces of a picture of (height, width) `size` as they are in the picture at `wanted`."""
    if size == wanted:
        return list(faces)
    down, across = (new / old for new, old in zip(wanted, size, strict=True))
    scale = torch.tensor((across, down))
    return [
        replace(
            face,
            box=(face.box[0] * across, face.box[1] * down, face.box[2] * across, face.box[3] * down),
            keypoints=None if face.keypoints is None else face.keypoints * scale,
            landmarks=None if face.landmarks is None else face.landmarks * scale,
            usual_area=None if face.usual_area is None else face.usual_area * across * down,
        )
        for face in faces
    ]
