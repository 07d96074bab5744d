"""Portraits for the Quality Score with a reference: those that its targets were set on, and those that are reported."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from torch import Tensor
from torch.nn.functional import interpolate

from benchmarks.quality_effect.graph import Graph
from softfocus.faces import Face, find_faces, load_face_nets
from softfocus.faces.nets.weights import FaceNets
from softfocus.quality.regions import find_regions
from testing.other_portraits import other_portraits
from testing.portraits import Portrait, single_portraits

SIDE = 512  # long side in pixels; most of the pictures are smaller
TUNED_WHEEL = "comfyui-workflow-templates-media-assets-01==0.1.48"
OTHER_WHEELS = ("comfyui-workflow-templates-media-assets-02==0.1.24", "comfyui-workflow-templates-media-other==0.3.229")
FRESH_WHEELS = ("comfyui-workflow-templates-media-api==0.3.84",)


@dataclass(frozen=True)
class Case:
    """A picture [1, 3, H, W] with its faces and the detail mask [1, 1, H, W] of the nodes' defaults."""

    name: str
    image: Tensor
    faces: list[Face]
    mask: Tensor


def tuned_cases() -> Iterator[Case]:
    """What targets and diagnosis were set on, with testing/quality/looks.py: annotated portraits and one wheel's."""
    nets = load_face_nets()
    yield from _cases(itertools.chain(single_portraits(), _wheel(nets, TUNED_WHEEL)), nets)


def other_cases(wheels: Sequence[str] = OTHER_WHEELS) -> Iterator[Case]:
    """The portraits of other wheels; none that shares its template with a tuned one."""
    nets = load_face_nets()
    tuned = {_template(portrait) for portrait in itertools.chain(single_portraits(), _wheel(nets, TUNED_WHEEL))}
    others = itertools.chain.from_iterable(_wheel(nets, wheel) for wheel in wheels)
    yield from _cases((portrait for portrait in others if _template(portrait) not in tuned), nets)


def _wheel(nets: FaceNets, requirement: str) -> Iterator[Portrait]:
    def detect(image: Tensor) -> list[tuple[float, float, float, float]]:
        return [face.box for face in find_faces(nets, _fit(image))[0]]

    return other_portraits(detect, requirement)


def _cases(portraits: Iterator[Portrait], nets: FaceNets) -> Iterator[Case]:
    """Those with a found face whose mask leaves something outside."""
    for portrait in portraits:
        image = _fit(portrait.image)
        faces = find_faces(nets, image)[0]
        mask = Graph().mask(image, faces)
        if not find_regions(mask).note:
            yield Case(portrait.name, image, faces, mask)


def _template(portrait: Portrait) -> str:
    """The name without the number at its end: pictures of one template may be before and after."""
    return portrait.name.rsplit("-", 1)[0]


def _fit(image: Tensor) -> Tensor:
    scale = SIDE / max(image.shape[-2:])
    size = [round(side * scale) for side in image.shape[-2:]]
    return interpolate(image, size, mode="bicubic", antialias=True, align_corners=False).clamp(0, 1)
