"""Portraits for the tuner: those that its bands were checked on, and up to forty on which nothing of it was chosen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.quality_effect.cases import FRESH_WHEELS, OTHER_WHEELS
from softfocus.face_box import FaceBox
from softfocus.faces import box_of_face, detail_mask, face_nets, find_faces
from softfocus.quality.regions import find_regions
from softfocus.tuning import Proxy
from testing.other_portraits import other_portraits
from testing.portraits import Portrait, single_portraits

LONGEST = 512  # px of a proxy
COUNT = 40


@dataclass(frozen=True, eq=False)
class Sitter:
    """A picture [1, 3, H, W] with the detail mask and the faces that the node finds in it."""

    name: str
    image: Tensor
    mask: Tensor
    faces: list[FaceBox]

    def whole(self) -> Proxy:
        """The picture at its own size."""
        return Proxy(self.image, self.mask, None, self.faces)

    def small(self) -> Proxy:
        """What the node tries settings on."""
        height, width = self.image.shape[-2:]
        scale = min(1.0, LONGEST / max(height, width))
        size = max(1, round(height * scale)), max(1, round(width * scale))
        if size == (height, width):
            return self.whole()
        faces = [face.resized(size[1] / width, size[0] / height) for face in self.faces]
        return Proxy(_resized(self.image, size, "bicubic"), _resized(self.mask, size, "bilinear"), None, faces)


def tuning_sitters() -> Iterator[Sitter]:
    """The annotated portraits."""
    return _with_masks(single_portraits())


def held_sitters(count: int = COUNT) -> Iterator[Sitter]:
    """The first of three other wheels' stills with a face, one a template, none of a template of the annotated ones."""
    seen = {_template(portrait) for portrait in single_portraits()}

    def fresh() -> Iterator[Portrait]:
        for wheel in (*OTHER_WHEELS, *FRESH_WHEELS):
            for portrait in other_portraits(_boxes, wheel):
                if _template(portrait) not in seen:
                    seen.add(_template(portrait))
                    yield portrait

    return itertools.islice(_with_masks(fresh()), count)


def _with_masks(portraits: Iterator[Portrait]) -> Iterator[Sitter]:
    """Those with a found face whose mask leaves something outside."""
    for portrait in portraits:
        faces = find_faces(face_nets(portrait.image.device), portrait.image)
        mask = detail_mask(portrait.image, faces)
        if not find_regions(mask).note:
            yield Sitter(portrait.name, portrait.image, mask, list(map(box_of_face, faces[0])))


def _boxes(image: Tensor) -> list[tuple[float, float, float, float]]:
    return [face.box for face in find_faces(face_nets(image.device), image)[0]]


def _template(portrait: Portrait) -> str:
    """The name without the number at its end: pictures of one template may be before and after."""
    return portrait.name.rsplit("-", 1)[0]


def _resized(planes: Tensor, size: tuple[int, int], mode: str) -> Tensor:
    """As the gate does it."""
    return interpolate(planes, size, mode=mode, antialias=True, align_corners=False)
