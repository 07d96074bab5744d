"""A clip in parts has the masks of the whole, also where a face is hidden at a seam; a video is read as a stream."""

from __future__ import annotations

import importlib
import struct
import sys
from pathlib import Path
from typing import Any

import pytest
import torch
from torch.nn.functional import pad

from testing.faces.portrait import picture
from testing.host_in_process import run_node

pytestmark = pytest.mark.host
FRAMES, SEAM, HIDDEN, SIDE = 20, 10, range(7, 13), 192
MASK, TRACK = "SoftFocusFaceDetailMask", "SoftFocusTrackFaces"
LEVEL = 1 / 255


def pan(hidden: range = HIDDEN) -> torch.Tensor:
    """IMAGE [FRAMES, SIDE, SIDE, 3]: a portrait that moves right by 2 px a frame, its face grey while `hidden`."""
    wide = pad(picture(SIDE), (2 * FRAMES, 0, 0, 0), mode="replicate")
    frames = [wide[..., 2 * (FRAMES - index) :][..., :SIDE] for index in range(FRAMES)]
    for index in hidden:
        frames[index] = frames[index].clone()
        frames[index][..., 15:80, 50 + 2 * index : 115 + 2 * index] = 0.5
    return torch.cat(frames).movedim(1, -1).contiguous()


def written(folder: Path, images: torch.Tensor, rotation: int = 0) -> str:
    """A file of these frames."""
    import av

    path = folder / "clip.mkv"
    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = images.shape[2], images.shape[1], "bgr0"
        for image in images:
            frame = av.VideoFrame.from_ndarray((image * 255).round().byte().numpy(), format="rgb24")
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))
    return str(path)


@pytest.fixture(scope="module")
def video(pack: Any, tmp_path_factory: pytest.TempPathFactory) -> Any:
    from comfy_api.input_impl import VideoFromFile

    return VideoFromFile(written(tmp_path_factory.mktemp("clip"), pan()))


@pytest.fixture(scope="module")
def frames(pack: Any, video: Any) -> torch.Tensor:
    """As loaders give them that go by OpenCV."""
    module = importlib.import_module(pack.__name__ + ".nodes.host.video")
    return torch.cat(list(module.video_frames(video)))


@pytest.fixture(scope="module")
def classes(pack: Any) -> dict[str, Any]:
    return {cls.GET_SCHEMA().node_id: cls for cls in sys.modules[pack.__name__ + ".nodes"].NODES}


@pytest.fixture(scope="module")
def mask(classes: Any) -> Any:
    return lambda image, **inputs: run_node(classes[MASK], image=image, **inputs)


@pytest.fixture(scope="module")
def whole(mask: Any, frames: torch.Tensor) -> Any:
    return mask(frames, missing_frames="interpolate")


@pytest.fixture(scope="module")
def tracked(classes: Any, video: Any) -> Any:
    return run_node(classes[TRACK], video=video)


@pytest.fixture(scope="module")
def tracks(tracked: Any) -> Any:
    return tracked.args[0]


def apart(a: torch.Tensor, b: torch.Tensor) -> float:
    return (a - b).abs().max().item()


def test_alone_the_parts_differ_at_a_seam_where_the_face_is_hidden(mask, frames, whole):
    """What tracks are for: each part can only hold the face where it last saw it."""
    parts = [mask(each, missing_frames="interpolate").args[0] for each in frames.split(SEAM)]
    assert whole.args[0][HIDDEN.start : HIDDEN.stop].flatten(1).amax(1).min() > 0.9
    assert apart(torch.cat(parts), whole.args[0]) > 20 * LEVEL


@pytest.mark.parametrize("length", [SEAM, 7, 1])
def test_parts_with_tracks_are_the_whole(mask, frames, tracks, whole, length):
    """By their look alone, as a meta batch gives them: nothing says where they begin."""
    parts = [mask(each, tracks=tracks) for each in frames.split(length)]
    for output in (0, 1, 3):
        assert apart(torch.cat([part.args[output] for part in parts]), whole.args[output]) <= LEVEL
    assert sum((part.args[2] for part in parts), []) == whole.args[2]
    assert all(part.args[4] is tracks for part in parts)


def test_the_stream_sees_what_the_whole_batch_shows(tracked, tracks, whole):
    of_batch = whole.args[4]
    assert len(tracks) == FRAMES and tracks.size == of_batch.size == (SIDE, SIDE)
    assert tracks.everyone[0][0].box == of_batch.everyone[0][0].box and torch.equal(tracks.looks, of_batch.looks)
    assert tracked.ui["text"] == whole.ui["text"]


def test_tracks_of_the_whole_batch_serve_too(mask, frames, whole):
    part = mask(frames[5:15], tracks=whole.args[4], first_frame=5)
    assert apart(part.args[0], whole.args[0][5:15]) == 0
    found = sum(map(len, whole.args[4].faces[5:15]))
    assert part.ui["text"][0].startswith(f"{found} faces found in 10 frames by tracks. Filled in: ")


def test_tracks_of_a_small_clip_serve_a_large_one(mask, frames, tracks):
    large = frames[:2].repeat_interleave(2, 1).repeat_interleave(2, 2)
    small_mask, large_mask = (mask(each, tracks=tracks, refine=0).args[0] for each in (frames[:2], large))
    halved = torch.nn.functional.avg_pool2d(large_mask[None], 2)[0]
    assert (halved - small_mask).abs().mean() < 0.5 * LEVEL


def test_wrong_inputs_get_a_sentence(mask, frames, tracks):
    with pytest.raises(ValueError, match="tracks is list; connect the tracks of Track Faces or Face Detail Mask"):
        mask(frames, tracks=[])
    with pytest.raises(ValueError, match="tracks is 192 x 192 but image is 96 x 192; they must show the same picture"):
        mask(frames[:, :, :96], tracks=tracks)
    with pytest.raises(ValueError, match="image looks like no part of the clip of tracks"):
        mask(frames.flip(2) * torch.linspace(0, 1, SIDE)[:, None], tracks=tracks)
    with pytest.raises(ValueError, match="image has 20 frames from first_frame 1 on"):
        mask(frames, tracks=tracks, first_frame=1)


def test_what_else_is_connected_is_said_to_count_for_nothing(mask, frames, tracks):
    boxes = [{"x": 0, "y": 0, "width": 9, "height": 9}]
    said = mask(frames[:2], tracks=tracks, bboxes=boxes).ui["text"][0]
    assert said.endswith("bboxes counts for nothing beside tracks.")
    assert mask(frames[:0], tracks=tracks).args[0].shape == (0, SIDE, SIDE)


def test_the_hosts_own_frames_are_the_same_or_nearly(video, frames):
    """0.33 converts to floats by another way, whose white is 254/255."""
    assert apart(video.get_components().images, frames) <= 1.1 * LEVEL


def test_one_or_two_frames_are_held_at_a_time(pack, video, frames, monkeypatch):
    """A video is read twice, and never as a whole."""
    module = importlib.import_module(pack.__name__ + ".nodes.host.video")
    monkeypatch.setattr(type(video), "get_components", None)
    reel = module.Reel(video)
    for index in (0, 0, 1, 0, 1, 5, 6, 5):
        assert torch.equal(reel(index), frames[index].movedim(-1, 0)) and len(reel._held) <= 2
    with pytest.raises(StopIteration):
        reel(FRAMES)


def test_videos_from_memory(classes, tracks, frames):
    from fractions import Fraction

    from comfy_api.input_impl import VideoFromComponents
    from comfy_api.util import VideoComponents

    made = VideoFromComponents(VideoComponents(images=frames, frame_rate=Fraction(24)))
    assert torch.equal(run_node(classes[TRACK], video=made).args[0].looks, tracks.looks)


def test_a_video_is_interrupted_at_any_frame_and_shows_its_progress(pack, classes, video, monkeypatch):
    import comfy.model_management as mm

    module = importlib.import_module(pack.__name__ + ".nodes.host.video")
    shown: list[float] = []

    class Bar:
        def __init__(self, total: int) -> None:
            self.total = total

        def update_absolute(self, value: int) -> None:
            shown.append(value / self.total)
            if len(shown) == 3:
                mm.interrupt_current_processing()

    monkeypatch.setattr(module.comfy.utils, "ProgressBar", Bar)
    with pytest.raises(mm.InterruptProcessingException):
        run_node(classes[TRACK], video=video)
    assert shown == [index / (2 * FRAMES) for index in (1, 2, 3)]
    assert not mm.processing_interrupted()


def turned(path: Path, height: int) -> None:
    """Write into an MP4 file that players turn it by 90 degrees clockwise, as phones do."""
    data = bytearray(path.read_bytes())
    at = data.index(b"tkhd") + 44
    data[at : at + 36] = struct.pack(">9i", 0, 1 << 16, 0, -1 << 16, 0, 0, height << 16, 0, 1 << 30)
    path.write_bytes(data)


def test_a_phones_video_lies_as_players_show_it(pack, tmp_path):
    """OpenCV, with which loaders of other packs read, turns it by itself."""
    import av
    from comfy_api.input_impl import VideoFromFile

    cv2 = pytest.importorskip("cv2")
    path = tmp_path / "phone.mp4"
    picture = (pan(range(0))[0, :96] * 255).round().byte().numpy()
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt = SIDE, 96, "yuv420p"
        container.mux(stream.encode(av.VideoFrame.from_ndarray(picture, format="rgb24")))
        container.mux(stream.encode(None))
    turned(path, 96)
    _, shown = cv2.VideoCapture(str(path)).read()
    module = importlib.import_module(pack.__name__ + ".nodes.host.video")
    (frame,) = module.video_frames(VideoFromFile(str(path)))
    assert frame.shape == (1, SIDE, 96, 3)
    assert apart(frame[0], torch.from_numpy(shown[..., ::-1].copy()) / 255) < 3 * LEVEL
