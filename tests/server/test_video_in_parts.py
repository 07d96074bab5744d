"""A video through the real server: its faces tracked once, parts of it masked in one prompt after the other."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from skimage.data import astronaut

pytestmark = pytest.mark.server
NAME, COUNT, PART = "softfocus-part-test.mp4", 6, 3
MASK, TRACK = "SoftFocusFaceDetailMask", "SoftFocusTrackFaces"


def write_video(path: Path) -> None:
    """A portrait that moves by 4 px a frame."""
    import av

    picture = astronaut()[:256]
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = 384, 256, "yuv420p"
        for index in range(COUNT):
            left = 4 * index
            frame = av.VideoFrame.from_ndarray(picture[:, left : left + 384].copy(), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def prompt(object_info: dict[str, Any], first: int) -> dict[str, Any]:
    required = object_info[MASK]["input"]["required"]
    widgets = {name: extra[0]["default"] for name, (_, *extra) in required.items() if name != "image"}
    part = {"image": ["2", 0], "batch_index": first, "length": PART}
    return {
        "1": {"class_type": "LoadVideo", "inputs": {"file": NAME}},
        "2": {"class_type": "GetVideoComponents", "inputs": {"video": ["1", 0]}},
        "3": {"class_type": "ImageFromBatch", "inputs": part},
        "4": {
            "class_type": TRACK,
            "inputs": {"video": ["1", 0], "min_confidence": 0.5, "missing_frames": "interpolate"},
        },
        "5": {"class_type": MASK, "inputs": widgets | {"image": ["3", 0], "tracks": ["4", 0]}},
        "6": {"class_type": "MaskPreview", "inputs": {"mask": ["5", 0]}},
    }


def test_a_video_is_tracked_once_for_all_parts(server, object_info):
    write_video(server.base / "input" / NAME)
    for first in (0, PART):
        outputs = server.client.run(prompt(object_info, first))
        assert outputs["5"]["text"] == [f"{PART} faces found in {PART} frames by tracks."]
        assert len(outputs["6"]["images"]) == PART
    newest = max(server.client.get_json("/history").values(), key=lambda entry: entry["prompt"][0])
    cached = [details["nodes"] for kind, details in newest["status"]["messages"] if kind == "execution_cached"]
    assert "4" in cached[0] and "5" not in cached[0], json.dumps(cached)
