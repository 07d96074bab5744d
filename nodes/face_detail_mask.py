"""Face Detail Mask: where a portrait keeps its structure."""

from __future__ import annotations

from typing import Any

import torch
from comfy_api.latest import io

from ..softfocus.faces import (
    EVERYBODY,
    choose_people,
    largest,
    parse_people,
    refined_regions,
    weighted_maximum,
    with_bystanders,
)
from ..softfocus.settings import MASK, MaskSettings
from .faces.results import bounding_box, preview, say, unused
from .faces.search import ALONE, BY_LOOK, faces_of_part, search_faces, search_parts
from .faces.sources import TRACKS, Origin, choose_source, confidence_input
from .host.batch import Batch
from .host.frames import Frames
from .host.schema import Schema, number, supported
from .host.work import map_frames

FLOATS_PER_PIXEL = 48


class FaceDetailMask(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        boxes, tracks = io.Custom("BOUNDING_BOX"), io.Custom("SOFTFOCUS_TRACKS")
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
                    tooltip="Largest faces of a frame to mask; in followed clips, of the shot. 0: all of them.",
                ),
                confidence_input(advanced=True),
                supported(
                    io.Combo.Input,
                    "missing_frames",
                    options=[ALONE, "previous", "interpolate"],
                    default=ALONE,
                    tooltip="For clips: where a face was not found, previous keeps where it was last, interpolate goes from "
                    "before to after. Both follow faces and steady their masks. empty takes every frame alone.",
                    advanced=True,
                ),
                io.Custom("FACE_LANDMARKS").Input(
                    "face_landmarks", optional=True, tooltip="From Detect Face Landmarks; replaces the pack's nets."
                ),
                supported(
                    boxes.Input,
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
                io.String.Input(
                    "people",
                    default=EVERYBODY,
                    optional=True,  # later than the first release: a saved prompt may lack it
                    tooltip="Whose faces, by the numbers in the preview: all, or 1, 3, or strengths as in 1: 1.0, 2: 0.4. "
                    "Counted from the left, later arrivals next, anew in each shot; followed people keep their numbers.",
                ),
                tracks.Input(
                    "tracks",
                    optional=True,
                    tooltip="Faces of the whole clip that image is a part of, from Track Faces. Nothing is looked for.",
                ),
                io.Int.Input(
                    "first_frame",
                    default=BY_LOOK,
                    min=BY_LOOK,
                    max=1 << 24,
                    optional=True,
                    tooltip="With tracks: number of image's first frame in the clip, from 0. -1: where the clip looks like image.",
                ),
            ],
            outputs=[
                io.Mask.Output(display_name="detail_mask", tooltip="1 = structure kept: the regions by their weights."),
                io.Mask.Output(display_name="face_mask", tooltip="The whole face with its forehead, softly edged."),
                boxes.Output(display_name="bboxes", tooltip="A list a frame: boxes of masked faces, largest first."),
                io.Image.Output(display_name="preview", tooltip="The picture with its regions tinted by weight."),
                tracks.Output(
                    display_name="tracks",
                    tooltip="The faces of all frames, for parts or larger copies of the same clip.",
                ),
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
        people: str = EVERYBODY,
        tracks: Any = None,
        first_frame: int = BY_LOOK,
    ) -> io.NodeOutput:
        strengths = parse_people(people)
        settings = MaskSettings(eyes, brows, nose, lips, face, hair, expand, feather, refine, max_faces, min_confidence)
        batch = Batch.of(image, masks={"subject_mask": subject_mask})
        source: Origin = TRACKS
        parts = search_parts(missing_frames if tracks is None else ALONE) + 1  # drawing
        if tracks is None:
            source = searched = choose_source(image, face_landmarks, bboxes, min_confidence)
            tracks = here = search_faces(searched, batch, missing_frames, parts)
        else:
            here = faces_of_part(tracks, batch, first_frame, parts)
        found, everyone = here.faces, here.everyone
        faces = [largest(choose_people(each, strengths), max_faces) for each in everyone]
        drawn = list(map(with_bystanders, faces, everyone))

        def draw(frames: Frames) -> tuple[torch.Tensor, ...]:
            chunk = slice(frames.first, frames.first + len(frames.rgb))
            masks = refined_regions(frames.rgb, drawn[chunk], settings)
            subject = frames.masks["subject_mask"]
            if subject is not None:
                masks = {name: mask * subject for name, mask in masks.items()}
            shown = preview(frames.rgb, masks, settings.weights, everyone[chunk], faces[chunk], strengths)
            return weighted_maximum(masks, settings.weights), masks["face"], shown

        detail, whole, pictures = map_frames(
            draw,
            batch,
            outputs=("mask", "mask", "picture"),
            floats_per_pixel=FLOATS_PER_PIXEL,
            part=(parts - 1, parts),
        )
        boxes = [[bounding_box(each) for each in frame] for frame in faces]
        said = say(batch, source, found, everyone, faces, strengths)
        if source is TRACKS:
            said += unused(face_landmarks=face_landmarks, bboxes=bboxes)
        return io.NodeOutput(detail, whole, boxes, pictures, tracks, ui={"text": (said,)})
