"""The gate: what a node is given, checked and fitted once, for its work and for its preview alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import comfy.model_management as mm
import torch
from torch import Tensor

from ...softfocus.face_box import FaceBox
from ...softfocus.faces import face_boxes
from ...softfocus.frame_names import name_frames
from ...softfocus.transparency import fill_transparent
from . import layouts
from .frames import Frames
from .memory import intermediate_dtype


@dataclass(frozen=True)
class Batch:
    """The pictures of one run. Made by `of`; tensors are the user's own and never changed.

    Attributes:
        image: IMAGE [B, H, W, C], C = 1, 3 or 4; B may be 0.
        masks: by socket [1 or B, h, w] at a size of their own, or None where the socket is not connected.
        images: by socket [1 or B, h, w, C], likewise.
        empty: of each connected mask, for each of its frames whether nothing of it is above 0.
        faces: boxes around the faces of every frame, those that count in it, or None where none are connected.
    """

    image: Tensor
    masks: Mapping[str, Tensor | None]
    images: Mapping[str, Tensor | None]
    empty: Mapping[str, Sequence[bool]]
    faces: Sequence[Sequence[FaceBox]] | None = None

    @classmethod
    def of(
        cls,
        image: Tensor,
        masks: Mapping[str, Tensor | None] | None = None,
        images: Mapping[str, Tensor | None] | None = None,
        bboxes: Any = None,
    ) -> Batch:
        """Check that everything given shows the same picture.

        Masks may be [H, W], [B, H, W] or [B, 1, H, W], of any scale. An empty one fits any picture, whatever its aspect:
        Load Image gives 64 x 64 zeros, and detectors that found nothing give no frames at all.

        Boxes are the host's BOUNDING_BOX, in pixels of the image (`face_boxes`); those that are too far beside it are left out, and the same one twice is
        one.

        Raises:
            ValueError: a shape, a number of frames or an aspect ratio that does not fit, by the socket's name.
        """
        layouts.check_image(image, "image")
        fitted = {
            name: None if mask is None else layouts.mask_frames(mask, name) for name, mask in (masks or {}).items()
        }
        empty = {name: layouts.empty_frames(mask) for name, mask in fitted.items() if mask is not None}
        for name, mask in fitted.items():
            if mask is not None and len(image) > 0:
                _check_mask(mask, all(empty[name]), image, name)
        others = dict(images or {})
        for name, other in others.items():
            if other is not None:
                layouts.check_image(other, name)
                if len(image) > 0:
                    layouts.check_count(other, image, name)
                    layouts.check_aspect(_size(other), _size(image), name)
        faces = None if bboxes is None or len(image) == 0 else face_boxes(bboxes, len(image))
        if faces is not None:
            faces = [[face for face in dict.fromkeys(frame) if face.counts_in(_size(image))] for frame in faces]
        return cls(image, fitted, others, empty, faces)

    def __len__(self) -> int:
        return len(self.image)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return _size(self.image)

    def frames(self, first: int, stop: int, device: torch.device) -> Frames:
        """Frames first..stop on a device, everything at the image's size; what has one frame serves all of them."""
        count = stop - first
        rgb, alpha = layouts.to_planes(self.image[first:stop].to(device))
        return Frames(
            first,
            fill_transparent(rgb, alpha),
            alpha,
            None if alpha is None else rgb,
            {
                name: None if mask is None else _shared(_mask(mask, first, stop, self.size, device), count)
                for name, mask in self.masks.items()
            },
            {
                name: None if other is None else _shared(_picture(other, first, stop, self.size, device), count)
                for name, other in self.images.items()
            },
            None if self.faces is None else self.faces[first:stop],
        )

    def unchanged(self, first: int = 0, stop: int | None = None) -> Tensor:
        """The image's frames as a node returns them that has nothing to do: every value, but for those none can hold."""
        image = layouts.finite_image(self.image[first:stop])
        return image.to(mm.intermediate_device(), intermediate_dtype()).contiguous()

    def picked(self, indices: Sequence[int]) -> Tensor:
        """Some of the image's frames, in this order, each as `unchanged` gives it; a copy, made frame by frame."""
        shape = (len(indices), *self.image.shape[1:])
        frames = torch.empty(shape, dtype=intermediate_dtype(), device=mm.intermediate_device())
        for place, index in enumerate(indices):
            frames[place] = self.unchanged(index, index + 1)[0]
        return frames

    def empty_note(self, name: str, consequence: str) -> str:
        """What the node says of an empty mask, such as "mask is empty: `consequence`."; "" where none is."""
        if len(self) == 0 or not any(self.empty.get(name, ())):
            return ""
        mask, empty = self.masks[name], self.empty[name]
        assert mask is not None
        where = "" if all(empty) else f" in {name_frames([index for index, each in enumerate(empty, 1) if each])}"
        dummy = all(empty) and tuple(mask.shape[1:]) == DUMMY and self.size != DUMMY
        source = " (64 x 64 zeros, as Load Image gives for a picture without alpha)" if dummy else ""
        return f"{name} is empty{where}{source}: {consequence}."


DUMMY = (64, 64)  # size of the mask that Load Image gives where there is none


def _size(image: Tensor) -> tuple[int, int]:
    return image.shape[1], image.shape[2]


def _check_mask(mask: Tensor, empty: bool, image: Tensor, name: str) -> None:
    layouts.check_count(mask, image, name)
    if not empty:
        layouts.check_aspect((mask.shape[1], mask.shape[2]), _size(image), name)


def _part(batch: Tensor, first: int, stop: int) -> Tensor:
    return batch if batch.shape[0] == 1 else batch[first:stop]


def _shared(planes: Tensor, count: int) -> Tensor:
    return planes.expand(count, -1, -1, -1)


def _mask(mask: Tensor, first: int, stop: int, size: tuple[int, int], device: torch.device) -> Tensor:
    return layouts.mask_planes(_part(mask, first, stop), size, device)


def _picture(other: Tensor, first: int, stop: int, size: tuple[int, int], device: torch.device) -> Tensor:
    rgb, alpha = layouts.to_planes(_part(other, first, stop).to(device))
    return layouts.resized(fill_transparent(rgb, alpha), size, "bicubic")
