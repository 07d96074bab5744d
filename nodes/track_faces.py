"""Track Faces: the faces of a whole video, for parts of it that are masked one after the other."""

from __future__ import annotations

from typing import Any

from comfy_api.latest import io

from ..softfocus.faces import Tracks, summarize_faces
from .faces.search import search_video
from .faces.sources import confidence_input, own_source
from .host.schema import Schema


class TrackFaces(io.ComfyNode):
    @classmethod
    def define_schema(cls) -> io.Schema:
        return Schema(
            node_id="SoftFocusTrackFaces",
            display_name="Track Faces",
            description="Follows the faces of a whole video, of any length: it is read frame by frame. Face Detail Mask "
            "takes the tracks for parts of the video, whose masks then are those of the whole.",
            search_aliases=["face tracking", "long video", "meta batch", "clip in parts", "video faces"],
            inputs=[
                io.Video.Input("video", tooltip="The whole video, such as Load Video gives it. It is read twice."),
                confidence_input(),
                io.Combo.Input(
                    "missing_frames",
                    options=["interpolate", "previous"],
                    default="interpolate",
                    tooltip="Where a face was not found: previous keeps where it was last, interpolate goes from before to after.",
                ),
            ],
            outputs=[
                io.Custom("SOFTFOCUS_TRACKS").Output(
                    display_name="tracks", tooltip="For Face Detail Mask, beside any part of the video, at any size."
                )
            ],
        )

    @classmethod
    def execute(cls, video: Any, min_confidence: float, missing_frames: str) -> io.NodeOutput:
        source = own_source(min_confidence)
        tracks = search_video(source, video, missing_frames)
        return io.NodeOutput(tracks, ui={"text": (_say(tracks, source.name, source.advice),)})


def _say(tracks: Tracks, name: str, advice: str) -> str:
    said = summarize_faces(tracks.faces, tracks.everyone, name, advice)
    shots = len(tracks.cuts) + 1
    return f"{said} {shots} shots." if shots > 1 else said
