"""Face Detail Mask: where a portrait keeps its structure."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import comfy.model_management as mm
import torch
from comfy_api.latest import io

from ..softfocus.faces import (
    Face,
    draw_legend,
    follow_faces,
    largest,
    picture_motion,
    refined_regions,
    scene_cuts,
    summarize_faces,
    thumbnail,
    tint_regions,
    weighted_maximum,
)
from ..softfocus.settings import MASK, MaskSettings
from .face_sources import FaceSource, choose_source
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, number, supported
from .host.work import each_frame, map_frames

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
        settings = MaskSettings(eyes, brows, nose, lips, face, hair, expand, feather, refine, max_faces, min_confidence)
        batch = Batch.of(image, masks={"subject_mask": subject_mask})
        source = choose_source(image, face_landmarks, bboxes, min_confidence)
        found, thumbnails = _find(source, batch)
        faces = found if missing_frames == "empty" else _follow(found, thumbnails, image, missing_frames)
        faces = [largest(each, max_faces) for each in faces]

        weights = settings.weights

        def draw(frames: Frames) -> tuple[torch.Tensor, ...]:
            here = faces[frames.first : frames.first + len(frames.rgb)]
            masks = refined_regions(frames.rgb, here, settings)
            subject = frames.masks["subject_mask"]
            if subject is not None:
                masks = {name: mask * subject for name, mask in masks.items()}
            return weighted_maximum(masks, weights), masks["face"], _preview(frames.rgb, masks, weights, here)

        detail, whole, preview = map_frames(
            draw,
            batch,
            outputs=("mask", "mask", "picture"),
            floats_per_pixel=FLOATS_PER_PIXEL,
            part=(1, 2),
        )
        boxes = [[_bounding_box(each) for each in frame] for frame in faces]
        return io.NodeOutput(detail, whole, boxes, preview, ui={"text": (_text(batch, source, found, faces),)})


def _find(source: FaceSource, batch: Batch) -> tuple[list[list[Face]], list[torch.Tensor]]:
    """The faces and a thumbnail of every frame, before anything is drawn: a clip's faces are followed as a whole."""

    def find(frames: Frames) -> list[tuple[list[Face], torch.Tensor]]:
        return list(zip(source.find(frames), map(thumbnail, frames.rgb), strict=True))

    records = each_frame(find, batch, floats_per_pixel=FLOATS_PER_PIXEL, part=(0, 2))
    return [faces for faces, _ in records], [small for _, small in records]


def _follow(
    found: list[list[Face]], thumbnails: list[torch.Tensor], image: torch.Tensor, missing: str
) -> list[list[Face]]:
    """The faces steadied and filled in shot by shot, with the picture's own motion where OpenCV is there."""

    def frame(index: int) -> torch.Tensor:
        mm.throw_exception_if_processing_interrupted()
        return image[index].movedim(-1, 0)

    return follow_faces(found, missing, picture_motion(frame), scene_cuts(thumbnails))


def _text(batch: Batch, source: FaceSource, found: list[list[Face]], faces: list[list[Face]]) -> str:
    """What was found, in the frames where a face was looked for at all."""
    note = batch.empty_note("subject_mask", "no face is looked for there")
    empty = batch.empty.get("subject_mask", [False]) if note else [False]
    if note and all(empty):
        return batch.empty_note("subject_mask", "it touches no face, so that the masks are empty too")
    searched = [index for index in range(len(batch)) if not empty[index % len(empty)]]
    summary = summarize_faces(found, faces, source.name, source.advice, searched)
    return f"{note} {summary}" if note else summary


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
