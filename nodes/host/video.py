"""A VIDEO as a stream: one frame after the other, however long it is.

By PyAV, which the host itself reads videos with; its own `get_components` holds the whole clip in memory.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from typing import Any, TypeVar

import comfy.model_management as mm
import comfy.utils
import torch
from torch import Tensor

from ...softfocus.checkpoint import checked_by
from .batch import Batch
from .frames import Frames

Record = TypeVar("Record")


def video_frames(video: Any) -> Iterator[Tensor]:
    """The frames of a VIDEO in their order, each an IMAGE [1, H, W, 3] of 8 bits a channel.

    These are the values of ComfyUI 0.3.75's own nodes and of loaders that go by OpenCV; 0.33's differ in the last step,
    loaders that ask ffmpeg for 16 bits where colors change. Frames lie as a player shows them: what the file says of its rotation is done.
    """
    from comfy_api.input_impl import VideoFromComponents

    if isinstance(video, VideoFromComponents):  # in memory already; as a file it would be compressed first
        yield from video.get_components().images[..., :3].split(1)
        return
    import av

    with av.open(video.get_stream_source(), mode="r") as container:
        for frame in container.decode(video=0):
            pixels = torch.from_numpy(frame.to_ndarray(format="rgb24"))
            quarters = round(getattr(frame, "rotation", 0) / 90) % 4
            yield (torch.rot90(pixels, quarters) / 255.0)[None]


def frame_count(video: Any) -> int:
    """About how many frames a VIDEO has, by what its file says; 1 where it says nothing.

    The host's own count reads the file where that is not sure, and ComfyUI 0.33's then stops after one frame.
    """
    from comfy_api.input_impl import VideoFromComponents

    if isinstance(video, VideoFromComponents):
        return max(1, len(video.get_components().images))
    import av

    with av.open(video.get_stream_source(), mode="r") as container:
        stream = container.streams.video[0]
        seconds = (container.duration or 0) / av.time_base
        return max(1, stream.frames or round(seconds * float(stream.average_rate or 0)))


def each_of_video(
    op: Callable[[Frames], Sequence[Record]], video: Any, part: tuple[int, int]
) -> tuple[list[Record], tuple[int, int]]:
    """As `work.each_frame`, for a VIDEO, frame by frame: the records, and (height, width) of the frames.

    Raises:
        ValueError: frames differ in size, or there is none.
    """
    device, total = mm.get_torch_device(), frame_count(video)
    progress = comfy.utils.ProgressBar(total * part[1])
    records: list[Record] = []
    size: tuple[int, int] | None = None
    for index, image in enumerate(video_frames(video), 1):
        mm.throw_exception_if_processing_interrupted()
        batch = Batch.of(image, masks={"subject_mask": None})
        size = size or batch.size
        if batch.size != size:
            raise ValueError(
                f"video changes its size, from {size[1]} x {size[0]} to {batch.size[1]} x {batch.size[0]} "
                f"in frame {index}; convert it to one size"
            )
        with checked_by(mm.throw_exception_if_processing_interrupted):
            records.extend(op(batch.frames(0, 1, device)))
        progress.update_absolute(part[0] * total + min(index, total))  # the file's own count may be wrong
    if size is None:
        raise ValueError("video has no frames; choose another file")
    return records, size


class Reel:
    """Frames [3, H, W] of a VIDEO by number, asked for in ascending order: the last two are held."""

    def __init__(self, video: Any) -> None:
        self._frames = enumerate(video_frames(video))
        self._held: dict[int, Tensor] = {}

    def __call__(self, index: int) -> Tensor:
        while index not in self._held:
            mm.throw_exception_if_processing_interrupted()
            at, frame = next(self._frames)
            self._held = {key: kept for key, kept in self._held.items() if key == at - 1}
            self._held[at] = frame[0].movedim(-1, 0)
        return self._held[index]
