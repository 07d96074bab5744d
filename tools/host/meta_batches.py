"""A video in meta batches of VideoHelperSuite: masks by tracks are those of the whole clip, at every seam.

python -m tools.host.meta_batches VHS [--loader "Load Video"] [--frames 480] [--part 60] [--wide 320] [--kept FOLDER]

VHS is the folder of a copy of Kosinkadink/ComfyUI-VideoHelperSuite; imageio-ffmpeg (or an ffmpeg) must be there for it.
A portrait moves, its face is hidden at every second seam, and once the shot changes. The file is loaded whole and in
parts, with tracks of the host's Load Video and without, each time on a server of its own; masks come back with 16 bits.
Outside CI; Linux. docs/reliability.md has the figures.
"""

from __future__ import annotations

import argparse
import shutil
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

import av
import numpy as np
from skimage.data import astronaut
from skimage.transform import resize

from testing.server.comfy_client import Prompt, raise_failure
from testing.server.comfy_server import ComfyServer

FILE, FACE_MASK, TRACK = "clip.mp4", "SoftFocusFaceDetailMask", "SoftFocusTrackFaces"
HIDDEN = 6  # frames on either side of a seam
LEVEL = 1 / 255
LOADERS = {
    "Load Video": ("VHS_LoadVideo", {"skip_first_frames": 0, "select_every_nth": 1}),
    "Load Video FFmpeg": ("VHS_LoadVideoFFmpeg", {"start_time": 0}),
}
WHOLE, PARTS, TRACKS = "whole", "in parts", ", by tracks"
RUNS = (WHOLE, WHOLE + TRACKS, PARTS + TRACKS, PARTS)
Video = np.ndarray


def main() -> int:
    """0 if each part by tracks is the whole, within 1/255."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("vhs", type=Path)
    parser.add_argument("--loader", choices=LOADERS, nargs="*", default=list(LOADERS))
    parser.add_argument("--frames", type=int, default=480)
    parser.add_argument("--part", type=int, default=60)
    parser.add_argument("--wide", type=int, default=320)
    parser.add_argument("--kept", type=Path, help="where videos and logs stay; default: a temporary folder")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        folder = options.kept or Path(temporary)
        clip = folder / FILE
        folder.mkdir(parents=True, exist_ok=True)
        write_clip(clip, options.frames, options.part, options.wide)
        print("| loader | run | frames | tracked | apart | at a seam | face hidden there | peak memory | time |")
        print("|---|---|" + "---:|" * 7)
        good = [compare(folder, clip, options, name) for name in options.loader]
    return 0 if all(good) else 1


def write_clip(path: Path, frames: int, part: int, wide: int) -> None:
    """A portrait that sways by up to 3 pixels a frame, its face grey at every second seam; mirrored near the middle."""
    side = wide * 3 // 4 // 2 * 2
    picture = np.pad(resize(astronaut(), (side, side)), ((0, 0), (wide, wide), (0, 0)), mode="edge")
    with av.open(str(path), "w") as container:
        stream = container.add_stream("libx264", rate=24)
        stream.width, stream.height, stream.pix_fmt, stream.options = wide, side, "yuv420p", {"crf": "18"}
        for index in range(frames):
            shown = picture.copy()
            if hidden(index, part):
                shown[side // 20 : side * 2 // 5, wide + side // 4 : wide + side * 3 // 5] = 0.5
            left = wide - (wide - side) // 2 + round(wide / 8 * np.sin(index / 12))
            shown = shown[:, left : left + wide]
            shown = shown[:, ::-1] if index >= frames // 2 + part // 3 else shown
            frame = av.VideoFrame.from_ndarray(np.ascontiguousarray((shown * 255).round().astype(np.uint8)))
            container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def hidden(index: int, part: int) -> bool:
    seam = round(index / part)
    return seam % 2 == 1 and -HIDDEN <= index - seam * part < HIDDEN


def compare(folder: Path, clip: Path, options: argparse.Namespace, name: str) -> bool:
    """Rows of one loader, held against the whole clip by its own frames; whether by tracks, parts are the whole."""
    kind, widgets = LOADERS[name]
    loader = node(kind, video=FILE, force_rate=0, custom_width=0, custom_height=0, frame_load_cap=0, **widgets)
    seen: dict[str, Video] = {}
    for run in RUNS:
        base = folder / f"{name}, {run}"
        prepare(base, options.vhs, clip)
        part = options.part if run.startswith(PARTS) else 0
        seen[run], tracked, memory, seconds = masks_of(base, loader, run.endswith(TRACKS), part)
        frames = differences(seen[run], seen[RUNS[0]])
        seams = [frames[at + side] for at in range(options.part, options.frames, options.part) for side in (-1, 0)]
        covered = [each for at, each in enumerate(frames) if hidden(at, options.part)]
        figures = " | ".join(f"{255 * max(each):.2f}" for each in (frames, seams, covered))
        cost = f"{memory:,} MB | {seconds:.0f} s"
        print(f"| {name} | {run} | {len(frames)} | {tracked} | {figures} | {cost} |", flush=True)
    by_tracks = differences(seen[WHOLE + TRACKS], seen[PARTS + TRACKS])
    print(f"{name}, by tracks: parts differ from the whole by {255 * max(by_tracks):.2f} of 255")
    return max(by_tracks) <= LEVEL


def differences(masks: Video, others: Video) -> list[float]:
    """The largest one of each frame, 0..1."""
    return [float(np.abs(one.astype(int) - two).max()) / 65535 for one, two in zip(masks, others, strict=True)]


def prepare(base: Path, vhs: Path, clip: Path) -> None:
    shutil.rmtree(base, ignore_errors=True)
    shutil.copytree(
        vhs, base / "custom_nodes" / "ComfyUI-VideoHelperSuite", ignore=shutil.ignore_patterns(".git", "tests")
    )
    (base / "input").mkdir()
    shutil.copy(clip, base / "input" / FILE)


def masks_of(base: Path, loader: dict[str, Any], tracks: bool, part: int) -> tuple[Video, int, int, float]:
    """[F, H, W] 16-bit masks of the clip; how often it was tracked; the peak of the server's memory in MB; seconds."""
    with ComfyServer(base) as server:
        started = time.monotonic()
        server.client.queue(prompt_of(server, loader, tracks, part))
        while any(server.client.get_json("/queue").values()):  # each part queues the next one
            time.sleep(0.5)
        seconds = time.monotonic() - started
        history = list(server.client.get_json("/history").values())
        for entry in history:
            raise_failure(entry)
        (line,) = (each for each in Path(f"/proc/{server.pid}/status").read_text().splitlines() if "VmHWM" in each)
        (path,) = (base / "output").glob("*.mkv")
        with av.open(str(path)) as container:
            masks = [frame.to_ndarray(format="gray16le") for frame in container.decode(video=0)]
    tracked = sum("track" not in cached(entry) for entry in history) if tracks else 0
    return np.stack(masks), tracked, int(line.split()[1]) // 1024, seconds


def cached(entry: dict[str, Any]) -> list[str]:
    """The nodes of a prompt that the host had done before."""
    messages = entry["status"]["messages"]
    return [node_id for kind, details in messages if kind == "execution_cached" for node_id in details["nodes"]]


def prompt_of(server: ComfyServer, loader: dict[str, Any], tracks: bool, part: int) -> Prompt:
    """What a user wires: the loader in parts and the host's Load Video of the same file, both into the mask."""
    required = server.client.get_json("/object_info")[FACE_MASK]["input"]["required"]
    widgets = {name: extra[0]["default"] for name, (_, *extra) in required.items() if name != "image"}
    prompt = {
        "load": {**loader, "inputs": dict(loader["inputs"])},
        "mask": node(FACE_MASK, **widgets | {"image": ["load", 0], "missing_frames": "interpolate"}),
        "picture": node("MaskToImage", mask=["mask", 0]),
        "save": node(
            "VHS_VideoCombine",
            **{"images": ["picture", 0], "frame_rate": 24, "loop_count": 0, "filename_prefix": "masks"},
            **{"format": "video/ffv1-mkv", "pingpong": False, "save_output": True, "save_metadata": False},
            **{"pix_fmt": "gray16le"},
        ),
    }
    if tracks:
        prompt["file"] = node("LoadVideo", file=FILE)
        prompt["track"] = node(TRACK, video=["file", 0], min_confidence=0.5, missing_frames="interpolate")
        prompt["mask"]["inputs"]["tracks"] = ["track", 0]
    if part:
        prompt["manager"] = node("VHS_BatchManager", frames_per_batch=part)
        for each in ("load", "save"):
            prompt[each]["inputs"]["meta_batch"] = ["manager", 0]
    return prompt


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


if __name__ == "__main__":
    sys.exit(main())
