"""A long clip in parts: memory by frame, and masks at the seams against those of the whole.

`python -m benchmarks.face_video.parts [FRAMES]` (default 2000). A portrait wanders over a made clip of 480 x 270,
written to a file; at every other seam a card hides the face for 12 frames. Face Detail Mask runs on parts of 100
frames with the tracks of Track Faces, which reads the file as a stream; each part is read anew, as a loader in parts
does. The whole clip is found and followed in one batch, in a process of its own; its masks around every seam are kept
and compared.
"""

from __future__ import annotations

import math
import multiprocessing
import sys
import tempfile
import time
from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import torch
from torch import Tensor
from torch.nn.functional import interpolate, pad

from benchmarks.peak_memory import peak_bytes
from testing.faces.portrait import picture
from testing.host_in_process import load_pack, run_node

PART, HIDDEN, NEAR = 100, 6, 8  # frames: of a part; on either side of a hidden seam; compared on either side of each
SIZE = (270, 480)
MASK, TRACK = "SoftFocusFaceDetailMask", "SoftFocusTrackFaces"


def made_frames(count: int) -> Iterator[Tensor]:
    """Frames [H, W, 3] uint8."""
    face = interpolate(picture(256), (200, 200), mode="bilinear", antialias=True)
    canvas = pad(face, (220, 220, 90, 90), mode="replicate")
    for index in range(count):
        x, y = (round(side * math.sin(index / pace)) for side, pace in ((70, 37), (20, 23)))
        frame = canvas[0, :, 55 + y :, 80 + x :][:, : SIZE[0], : SIZE[1]].clone()
        seam = round(index / PART)
        if seam % 2 and abs(index - seam * PART + 0.5) < HIDDEN:
            frame[:, 30 - y : 170 - y, 150 - x : 330 - x] = 0.45
        yield (frame.movedim(0, -1) * 255).round().byte()


def write(path: Path, count: int) -> None:
    import av

    with av.open(str(path), "w") as container:
        stream = container.add_stream("ffv1", rate=24)
        stream.width, stream.height, stream.pix_fmt = SIZE[1], SIZE[0], "bgr0"
        for frame in made_frames(count):
            container.mux(stream.encode(av.VideoFrame.from_ndarray(frame.contiguous().numpy(), format="rgb24")))
        container.mux(stream.encode(None))


def nodes() -> dict[str, Any]:
    pack = load_pack()
    return {cls.GET_SCHEMA().node_id: cls for cls in sys.modules[pack.__name__ + ".nodes"].NODES}


def peak_mb() -> float:
    """The most that this process has held."""
    return peak_bytes() / 2**20


def in_parts(path: str, count: int, folder: str) -> None:
    """Masks of all parts into `folder`, with the peak after each step of the way."""
    classes = nodes()
    from comfy_api.input_impl import VideoFromFile

    video_frames = sys.modules[load_pack().__name__ + ".nodes.host.video"].video_frames
    video = VideoFromFile(path)
    start = time.perf_counter()
    print(f"before: peak {peak_mb():.0f} MB", flush=True)
    (tracks,) = run_node(classes[TRACK], video=video).args
    print(f"tracks of {len(tracks)} frames: peak {peak_mb():.0f} MB, {time.perf_counter() - start:.0f} s", flush=True)
    frames = video_frames(video)
    for first in range(0, count, PART):
        part = torch.cat(list(islice(frames, PART)))
        mask, _, _, _, _ = run_node(classes[MASK], image=part, tracks=tracks).args
        np.save(f"{folder}/{first}.npy", mask.half().numpy())
        if first // PART % 4 == 3:
            print(f"parts up to frame {first + PART}: peak {peak_mb():.0f} MB", flush=True)


def as_whole(path: str, count: int, folder: str) -> None:
    """The largest difference of the parts' masks around every seam."""
    classes = nodes()
    from comfy_api.input_impl import VideoFromFile

    image = VideoFromFile(path).get_components().images
    module = sys.modules[load_pack().__name__ + ".nodes.faces.search"]
    sources = sys.modules[load_pack().__name__ + ".nodes.faces.sources"]
    batch = sys.modules[load_pack().__name__ + ".nodes.host.batch"].Batch.of(image, masks={"subject_mask": None})
    with torch.inference_mode():
        whole = module.search_faces(sources.own_source(0.5), batch, "interpolate", 2)
    print(f"whole: peak {peak_mb():.0f} MB", flush=True)
    for seam in range(PART, count, PART):
        near = slice(seam - NEAR, seam + NEAR)
        wanted = run_node(classes[MASK], image=image[near], tracks=whole, first_frame=near.start).args[0]
        parts = [torch.from_numpy(np.load(f"{folder}/{first}.npy")).float() for first in (seam - PART, seam)]
        difference = (torch.cat([parts[0][-NEAR:], parts[1][:NEAR]]) - wanted).abs().max()
        hidden = "hidden" if seam // PART % 2 else "seen"
        print(f"seam {seam:5} face {hidden:6} largest difference {255 * difference:.3f}/255", flush=True)


def main() -> None:
    torch.set_num_threads(1)
    count = int(sys.argv[1]) if len(sys.argv) > 1 else 2000
    context = multiprocessing.get_context("spawn")
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "clip.mkv"
        write(path, count)
        for work in (in_parts, as_whole):
            process = context.Process(target=work, args=(str(path), count, folder))
            process.start()
            process.join()


if __name__ == "__main__":
    main()
