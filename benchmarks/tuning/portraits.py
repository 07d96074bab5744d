"""Portraits for the tuner: those that its bands were checked on, and up to forty on which nothing of it was chosen."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass

from torch import Tensor

from benchmarks.quality_effect.cases import FRESH_WHEELS, OTHER_WHEELS, TUNED_WHEEL
from softfocus.face_box import FaceBox
from softfocus.faces import box_of_face, detail_mask, face_nets, find_faces
from softfocus.quality.regions import find_regions
from softfocus.tuning import Proxy, Sample, Samples
from softfocus.tuning.samples import LONGEST
from testing.other_portraits import other_portraits
from testing.photographs import photographs
from testing.portraits import Portrait, single_portraits

COUNT = 40
WHEELS = (*OTHER_WHEELS, *FRESH_WHEELS, TUNED_WHEEL)  # the last is the score's tuning set, not the tuner's


@dataclass(frozen=True, eq=False)
class Sitter:
    """A picture [1, 3, H, W] with the detail mask and the faces that the node finds in it."""

    name: str
    image: Tensor
    mask: Tensor
    faces: list[FaceBox]

    def whole(self) -> Proxy:
        """The picture at its own size."""
        return Proxy(Samples(self._picture))

    def small(self) -> Proxy:
        """What the node tries settings on."""
        return Proxy(Samples.of(self._picture))

    @property
    def is_large(self) -> bool:
        """Whether it is larger than what settings are tried on."""
        return max(self.image.shape[-2:]) > LONGEST

    @property
    def _picture(self) -> Sample:
        return Sample(self.image, self.mask, None, self.faces)


def tuning_sitters() -> Iterator[Sitter]:
    """The annotated portraits."""
    return _with_masks(single_portraits())


def held_sitters(count: int = COUNT) -> Iterator[Sitter]:
    """Six photographs, and the first of four other wheels' stills with a face, one a template, no annotated one's."""
    seen = {_template(portrait) for portrait in single_portraits()}

    def fresh() -> Iterator[Portrait]:
        yield from photographs()
        for wheel in WHEELS:
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
