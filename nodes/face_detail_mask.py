"""Face Detail Mask: where a portrait keeps its structure."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any

import torch
from comfy_api.latest import io

from ..softfocus.faces import (
    Face,
    FaceNets,
    faces_from_landmarks,
    find_faces,
    load_face_nets,
    refine_outline,
    region_masks,
    tint_regions,
    weighted_maximum,
)
from .host import Frames, map_frames
from .schema import node_schema, not_built_yet, not_connected_yet, number, supported

FLOATS_PER_PIXEL = 48
LISTED_FRAMES = 12


class FaceDetailMask(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        bounding_box = io.Custom("BOUNDING_BOX")
        return node_schema(
            node_id="SoftFocusFaceDetailMask",
            display_name="Face Detail Mask",
            description="Finds faces and draws a soft mask of the structure to keep clear: eyes with lashes, brows, "
            "nose, lips, and less of the rest of the face. Nothing to download.",
            search_aliases=["face mask", "face parsing", "eyes mask", "lips mask", "face detection", "landmarks"],
            inputs=[
                io.Image.Input("image", tooltip="Picture or batch with faces."),
                number("eyes", 1, 0, 1, 0.05, "How much structure the eyes keep, lids and lashes included."),
                number("brows", 0.9, 0, 1, 0.05, "How much structure the brows keep."),
                number("nose", 0.6, 0, 1, 0.05, "How much structure the nose keeps, nostrils included."),
                number("lips", 1, 0, 1, 0.05, "How much structure the lips keep, teeth of an open mouth included."),
                number("face", 0.35, 0, 1, 0.05, "How much structure the rest of the face keeps, forehead included."),
                number("hair", 0, 0, 1, 0.05, "How much structure the hair keeps. Only 0 in this version."),
                number("expand", 3, -10, 30, 0.5, "Moves every outline outwards, in percent of the face's width."),
                number("feather", 4, 0, 50, 0.5, "Width of the soft edge, in percent of the face's width."),
                io.Int.Input(
                    "refine",
                    default=2,
                    min=0,
                    max=4,
                    tooltip="Passes that take hair and whatever else hangs over the face out of its mask. 0 leaves it as drawn.",
                ),
                io.Int.Input(
                    "max_faces", default=0, min=0, max=100, tooltip="Largest faces of a frame to mask. 0: all of them."
                ),
                number("min_confidence", 0.5, 0.05, 1, 0.05, "Lower finds more faces, and more that are none.", True),
                supported(
                    io.Combo.Input,
                    "missing_frames",
                    options=["empty", "previous", "interpolate"],
                    default="empty",
                    tooltip="Mask of a frame without a face. Only empty in this version.",
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
                    tooltip="For a later version; leave it open.",
                ),
                io.Mask.Input("subject_mask", optional=True, tooltip="Limits the masks: nothing where it is 0."),
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
        cls, image, eyes, brows, nose, lips, face, hair, expand, feather, refine, max_faces, min_confidence,
        missing_frames, face_landmarks=None, bboxes=None, subject_mask=None,
    ) -> io.NodeOutput:  # fmt: skip
        _refuse_later_parts(hair, missing_frames, bboxes)
        weights = {"eyes": eyes, "brows": brows, "nose": nose, "lips": lips, "face": face}
        known = None
        if face_landmarks is not None:
            known = faces_from_landmarks(face_landmarks, image.shape[0], image.shape[1:3], max_faces)
        found: dict[int, list[Face]] = {}  # by frame: a chunk may be run again

        def op(frames: Frames) -> tuple[torch.Tensor, ...]:
            faces = _faces(frames, known, min_confidence, max_faces)
            found.update(enumerate(faces, frames.first))
            masks = region_masks(faces, frames.rgb.shape[-2:], expand, feather, frames.rgb.device)
            masks["face"] = refine_outline(frames.rgb, masks["face"], faces, refine)
            subject = frames.masks["subject_mask"]
            if subject is not None:
                masks = {name: mask * subject for name, mask in masks.items()}
            return weighted_maximum(masks, weights), masks["face"], tint_regions(frames.rgb, masks, weights)

        detail, whole, preview = map_frames(
            op,
            image,
            outputs=("mask", "mask", "picture"),
            floats_per_pixel=FLOATS_PER_PIXEL,
            masks={"subject_mask": subject_mask},
        )
        faces = [found[index] for index in sorted(found)]
        boxes = [[_bounding_box(each) for each in frame] for frame in faces]
        return io.NodeOutput(detail, whole, boxes, preview, ui={"text": (_summary(faces),)})


@cache
def _nets() -> FaceNets:
    return load_face_nets()


def _faces(frames: Frames, known: list[list[Face]] | None, min_confidence: float, max_faces: int) -> list[list[Face]]:
    """The faces of a chunk: given landmarks where there are any, else found with the pack's nets."""
    if known is not None:
        return known[frames.first : frames.first + len(frames.rgb)]
    return find_faces(_nets().to(frames.rgb.device), frames.rgb, min_confidence, max_faces)


def _bounding_box(face: Face) -> Mapping[str, Any]:
    """A face as one entry of the host's BOUNDING_BOX type, in pixels."""
    left, top, width, height = face.box
    return {"x": left, "y": top, "width": width, "height": height, "label": "face", "score": face.score}


def _summary(faces: list[list[Face]]) -> str:
    """One sentence: how many faces were found, or in which frames there was none."""
    count = len(faces)
    missing = [str(index) for index, found in enumerate(faces, 1) if not found]
    if not missing:
        total = sum(map(len, faces))
        return f"{total} {'face' if total == 1 else 'faces'} found in {count} {'frame' if count == 1 else 'frames'}."
    if count == 1:
        return "No face found: the masks are empty. A lower min_confidence may help."
    listed = ", ".join(missing[:LISTED_FRAMES]) + (" and more" if len(missing) > LISTED_FRAMES else "")
    frames, masks = ("frame", "its masks are") if len(missing) == 1 else ("frames", "their masks are")
    return f"No face found in {frames} {listed} of {count}: {masks} empty. A lower min_confidence may help."


def _refuse_later_parts(hair: float, missing_frames: str, bboxes: object) -> None:
    """Raise ValueError for an input whose work comes in a later version."""
    if hair != 0:
        raise not_built_yet("hair", hair, 0)
    if missing_frames != "empty":
        raise not_built_yet("missing_frames", missing_frames, "empty")
    if bboxes is not None:
        raise not_connected_yet("bboxes")
