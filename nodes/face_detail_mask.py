"""Face Detail Mask: where a portrait keeps its structure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import comfy.model_management as mm
import torch
from comfy_api.latest import io

from ..softfocus.faces import (
    Face,
    SelfieSegmentation,
    draw_legend,
    follow_faces,
    hair_mask,
    largest,
    load_selfie_net,
    picture_motion,
    refine_outline,
    region_masks,
    scene_cuts,
    summarize_faces,
    thumbnail,
    tint_regions,
    weighted_maximum,
)
from ..softfocus.settings import MASK
from .face_sources import FaceSource, choose_source
from .host import Frames, map_frames
from .schema import Schema, number, supported
from .tensors import to_planes

FLOATS_PER_PIXEL = 48


class FaceDetailMask(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        bounding_box = io.Custom("BOUNDING_BOX")
        return Schema(
            node_id="SoftFocusFaceDetailMask",
            display_name="Face Detail Mask",
            description="Finds faces and draws a soft mask of the structure to keep clear: eyes with lashes, brows, "
            "nose, lips, and less of the rest of the face. Nothing to download.",
            search_aliases=["face mask", "face parsing", "eyes mask", "lips mask", "face detection", "landmarks"],
            inputs=[
                io.Image.Input("image", tooltip="Picture or batch with faces."),
                number("eyes", MASK.eyes, 0, 1, 0.05, "How much structure the eyes keep, lids and lashes included."),
                number("brows", MASK.brows, 0, 1, 0.05, "How much structure the brows keep."),
                number("nose", MASK.nose, 0, 1, 0.05, "How much structure the nose keeps, nostrils included."),
                number(
                    "lips", MASK.lips, 0, 1, 0.05, "How much structure the lips keep, teeth of an open mouth included."
                ),
                number(
                    "face", MASK.face, 0, 1, 0.05, "How much structure the rest of the face keeps, forehead included."
                ),
                number(
                    "hair", MASK.hair, 0, 1, 0.05, "How much structure the hair keeps, down to strands with refine."
                ),
                number(
                    "expand", MASK.expand, -10, 30, 0.5, "Moves every outline outwards, in percent of the face's width."
                ),
                number("feather", MASK.feather, 0, 50, 0.5, "Width of the soft edge, in percent of the face's width."),
                io.Int.Input(
                    "refine",
                    default=MASK.refine,
                    min=0,
                    max=4,
                    tooltip="Passes that take hair and whatever else hangs over the face out of its mask. 0 leaves it as drawn.",
                ),
                io.Int.Input(
                    "max_faces",
                    default=MASK.max_faces,
                    min=0,
                    max=100,
                    tooltip="Largest faces of a frame to mask. 0: all of them.",
                ),
                number(
                    "min_confidence",
                    MASK.min_confidence,
                    0.05,
                    1,
                    0.05,
                    "Lower finds more faces, and more that are none.",
                    True,
                ),
                supported(
                    io.Combo.Input,
                    "missing_frames",
                    options=["empty", "previous", "interpolate"],
                    default="empty",
                    tooltip="For clips: where a face was not found, previous keeps where it was last, interpolate goes from "
                    "before to after. Both follow faces and steady their masks. empty takes every frame alone.",
                    advanced=True,
                ),
                io.Custom("FACE_LANDMARKS").Input(
                    "face_landmarks", optional=True, tooltip="From Detect Face Landmarks; replaces the pack's nets."
                ),
                supported(
                    bounding_box.Input,
                    "bboxes",
                    optional=True,
                    extra_dict={"forceInput": True},
                    tooltip="Boxes around faces, a list a frame; replaces the pack's detector.",
                ),
                io.Mask.Input(
                    "subject_mask",
                    optional=True,
                    tooltip="Only faces that it touches; looked at closely. Nothing where it is 0.",
                ),
            ],
            outputs=[
                io.Mask.Output(display_name="detail_mask", tooltip="1 = structure kept: the regions by their weights."),
                io.Mask.Output(display_name="face_mask", tooltip="The whole face with its forehead, softly edged."),
                bounding_box.Output(display_name="bboxes", tooltip="A list a frame: boxes of faces, largest first."),
                io.Image.Output(display_name="preview", tooltip="The picture with its regions tinted by weight."),
            ],
        )

    @classmethod
    def execute(
        cls,
        image: torch.Tensor,
        eyes: float,
        brows: float,
        nose: float,
        lips: float,
        face: float,
        hair: float,
        expand: float,
        feather: float,
        refine: int,
        max_faces: int,
        min_confidence: float,
        missing_frames: str,
        face_landmarks: Any = None,
        bboxes: Any = None,
        subject_mask: torch.Tensor | None = None,
    ) -> io.NodeOutput:
        weights = {"eyes": eyes, "brows": brows, "nose": nose, "lips": lips, "face": face, "hair": hair}
        source = choose_source(image, face_landmarks, bboxes, min_confidence)
        found = _find(source, image, subject_mask)
        faces = found if missing_frames == "empty" else _follow(found, image, missing_frames)
        faces = [largest(each, max_faces) for each in faces]

        def draw(frames: Frames) -> tuple[torch.Tensor, ...]:
            here = faces[frames.first : frames.first + len(frames.rgb)]
            masks = region_masks(here, frames.rgb.shape[-2:], expand, feather, frames.rgb.device)
            masks["face"] = refine_outline(frames.rgb, masks["face"], here, refine)
            if hair > 0:
                masks["hair"] = hair_mask(_person_net().to(frames.rgb.device), frames.rgb, here, refine)
            subject = frames.masks["subject_mask"]
            if subject is not None:
                masks = {name: mask * subject for name, mask in masks.items()}
            return weighted_maximum(masks, weights), masks["face"], _preview(frames.rgb, masks, weights, here)

        detail, whole, preview = map_frames(
            draw,
            image,
            outputs=("mask", "mask", "picture"),
            floats_per_pixel=FLOATS_PER_PIXEL,
            masks={"subject_mask": subject_mask},
            part=(1, 2),
        )
        boxes = [[_bounding_box(each) for each in frame] for frame in faces]
        said = summarize_faces(found, faces, source.name, source.advice)
        return io.NodeOutput(detail, whole, boxes, preview, ui={"text": (said,)})


@cache
def _person_net() -> SelfieSegmentation:
    return load_selfie_net()


def _find(source: FaceSource, image: torch.Tensor, subject_mask: torch.Tensor | None) -> list[list[Face]]:
    """The faces of every frame, before anything is drawn: a clip's faces are followed as a whole."""
    found: dict[int, list[Face]] = {}  # by frame: a chunk may be run again

    def find(frames: Frames) -> tuple[torch.Tensor, ...]:
        found.update(enumerate(source.find(frames), frames.first))
        return ()

    map_frames(
        find,
        image,
        outputs=(),
        floats_per_pixel=FLOATS_PER_PIXEL,
        masks={"subject_mask": subject_mask},
        part=(0, 2),
    )
    return [found[index] for index in sorted(found)]


def _follow(found: list[list[Face]], image: torch.Tensor, missing: str) -> list[list[Face]]:
    """The faces steadied and filled in shot by shot, with the picture's own motion where OpenCV is there."""

    def frame(index: int) -> torch.Tensor:
        mm.throw_exception_if_processing_interrupted()
        return to_planes(image[index : index + 1])[0][0]

    cuts = scene_cuts([thumbnail(frame(index)) for index in range(len(image))])
    return follow_faces(found, missing, picture_motion(frame), cuts)


def _preview(
    rgb: torch.Tensor, masks: dict[str, torch.Tensor], weights: dict[str, float], faces: list[list[Face]]
) -> torch.Tensor:
    """The picture with its regions tinted, and with a legend where there is a face."""
    tinted = tint_regions(rgb, masks, weights).split(1)
    return torch.cat([draw_legend(each, weights) if found else each for each, found in zip(tinted, faces, strict=True)])


def _bounding_box(face: Face) -> Mapping[str, Any]:
    """A face as one entry of the host's BOUNDING_BOX type, in pixels."""
    left, top, width, height = face.box
    return {"x": left, "y": top, "width": width, "height": height, "label": "face", "score": face.score}
