"""A chunk of frames as the imaging library takes it: planes of one size on one device."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import torch
from torch import Tensor

from ...softfocus.face_box import FaceBox
from ...softfocus.transparency import restore_hidden, visibility
from .layouts import resized


@dataclass(frozen=True)
class Frames:
    """A chunk of consecutive frames, float32, every value finite.

    Attributes:
        first: index of the chunk's first frame within the batch.
        rgb: [B, 3, H, W] sRGB, usually 0..1; HDR values above 1 are passed on. What alpha hides has the visible colors
            around it (`fill_transparent`), so that nothing hidden is seen by whatever works on it.
        alpha: [B, 1, H, W] in 0..1, or None for a picture without alpha.
        hidden: rgb as it came, or None for a picture without alpha.
        masks: [B, 1, H, W] in 0..1, or None where the socket is not connected.
        images: [B, 3, H, W] like rgb and of its size, filled by their own alpha, or None where the socket is not connected.
        faces: boxes around the faces of every frame, in its pixels, or None where none are connected.
    """

    first: int
    rgb: Tensor
    alpha: Tensor | None
    hidden: Tensor | None
    masks: Mapping[str, Tensor | None]
    images: Mapping[str, Tensor | None]
    faces: Sequence[Sequence[FaceBox]] | None = None

    def __len__(self) -> int:
        return len(self.rgb)

    @property
    def size(self) -> tuple[int, int]:
        """(height, width)."""
        return self.rgb.shape[-2], self.rgb.shape[-1]

    def restored(self, result: Tensor) -> Tensor:
        """[B, 3, H, W] made from rgb, with its own colors where alpha hides them."""
        return result if self.hidden is None else restore_hidden(result, self.rgb, self.hidden, self.alpha)

    def each(self) -> Iterator[Frames]:
        """Every frame by itself."""
        for at in range(len(self)):

            def one(planes: Tensor | None, at: int = at) -> Tensor | None:
                return None if planes is None else planes[at : at + 1]

            yield replace(
                self,
                first=self.first + at,
                rgb=self.rgb[at : at + 1],
                alpha=one(self.alpha),
                hidden=one(self.hidden),
                masks={name: one(mask) for name, mask in self.masks.items()},
                images={name: one(other) for name, other in self.images.items()},
                faces=None if self.faces is None else self.faces[at : at + 1],
            )

    def at_most(self, longest: int) -> Frames:
        """The same frames with a longer side of at most so many pixels."""
        scale = min(1.0, longest / max(self.size))
        return self.resized((max(1, round(self.size[0] * scale)), max(1, round(self.size[1] * scale))))

    def resized(self, size: tuple[int, int]) -> Frames:
        """The same frames at another (height, width); themselves where they have it."""
        if size == self.size:
            return self
        down, across = (new / old for new, old in zip(size, self.size, strict=True))
        rgb = resized(self.rgb, size, "bicubic")
        alpha = None if self.alpha is None else resized(self.alpha, size, "bilinear")
        hidden = None if self.hidden is None else resized(self.hidden, size, "bicubic")
        if hidden is not None and alpha is not None:  # pixels that are seen have taken none of them in
            hidden = torch.lerp(hidden, rgb, visibility(alpha))
        return Frames(
            self.first,
            rgb,
            alpha,
            hidden,
            {name: None if mask is None else resized(mask, size, "bilinear") for name, mask in self.masks.items()},
            {name: None if other is None else resized(other, size, "bicubic") for name, other in self.images.items()},
            self.faces and [[face.resized(across, down) for face in frame] for frame in self.faces],
        )

    def on(self, device: torch.device) -> Frames:
        """The same frames on another device."""
        return Frames(
            self.first,
            self.rgb.to(device),
            None if self.alpha is None else self.alpha.to(device),
            None if self.hidden is None else self.hidden.to(device),
            {name: None if mask is None else mask.to(device) for name, mask in self.masks.items()},
            {name: None if other is None else other.to(device) for name, other in self.images.items()},
            self.faces,
        )
