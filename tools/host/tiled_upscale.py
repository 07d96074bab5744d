"""Dream Guidance under Ultimate SD Upscale: what it says of its mask.

python -m tools.host.tiled_upscale PACK

PACK is the folder of a copy of ssitu/ComfyUI_UltimateSDUpscale with its submodule in it; the model has random weights.
The sample portrait in tiles of several sizes, in a batch of tiles, and in one tile that is the whole picture; with a
mask and without. Printed is what the log has and what a page would show. Outside CI. docs/reliability.md has more.
"""

from __future__ import annotations

import asyncio
import shutil
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path
from typing import Any

import aiohttp

from testing.server.comfy_client import Prompt
from testing.server.comfy_server import ROOT, ComfyServer
from testing.server.sample_portrait import PORTRAIT_NAME

CHECKPOINT = "random.safetensors"
SIDE = 256
TEXT = (3).to_bytes(4, "big")  # the host's BinaryEventTypes.TEXT
RUNS: dict[str, dict[str, Any]] = {
    "4 square tiles, one by one": {"tile_width": 128, "tile_height": 128},
    "4 square tiles in one batch": {"tile_width": 128, "tile_height": 128, "batch_size": 4},
    "2 upright tiles": {"tile_width": 128, "tile_height": 256},
    "4 tiles of their own sizes": {"tile_width": 144, "tile_height": 144, "force_uniform_tiles": False},
    "one tile, the whole picture": {"tile_width": SIDE, "tile_height": SIDE, "tile_padding": 0},
}


def main() -> None:
    with tempfile.TemporaryDirectory() as temporary:
        base = Path(temporary)
        ignored = shutil.ignore_patterns(".git", "test")
        shutil.copytree(sys.argv[1], base / "custom_nodes" / "ComfyUI_UltimateSDUpscale", ignore=ignored)
        model = base / "models" / "checkpoints" / CHECKPOINT
        model.parent.mkdir(parents=True)
        subprocess.run([sys.executable, "-m", "testing.nets.tiny_checkpoint", model], check=True, cwd=ROOT)
        with ComfyServer(base) as server:
            page: list[str] = []
            threading.Thread(target=lambda: asyncio.run(watch(server.client.url, page)), daemon=True).start()
            time.sleep(1)  # so that the page is there
            for name, tiles in RUNS.items():
                for masked in (True, False):
                    log, shown = len(said(server)), len(page)
                    server.client.run(prompt_of(tiles, masked), timeout=900)
                    texts = f"log {said(server)[log:]}, page {page[shown:]}"
                    print(f"{name}, {'a' if masked else 'no'} mask: {texts}", flush=True)


async def watch(url: str, texts: list[str]) -> None:
    """Collect what the server sends to pages as texts of nodes."""
    async with aiohttp.ClientSession() as session, session.ws_connect(f"{url}/ws") as socket:
        async for message in socket:
            if message.type is aiohttp.WSMsgType.BINARY and message.data[:4] == TEXT:
                texts.append(message.data[8:].decode(errors="replace"))  # the node's id, then the text


def said(server: ComfyServer) -> list[str]:
    """What Dream Guidance has written into the server's log."""
    lines = server.log.read_text(errors="replace").splitlines()
    return [line.partition("Dream Guidance: ")[2] for line in lines if "Dream Guidance: " in line]


def prompt_of(tiles: dict[str, Any], masked: bool) -> Prompt:
    gains = {"detail_inside": 1.4, "detail_outside": 0.3, "structure_inside": 1.0, "structure_outside": 1.0}
    window = {"split_px": 2.0, "start_percent": 0.0, "end_percent": 1.0}
    sampling = {"seed": 1, "steps": 2, "cfg": 7.0, "sampler_name": "euler", "scheduler": "normal", "denoise": 0.6}
    seams = {"seam_fix_mode": "None", "seam_fix_denoise": 1.0, "seam_fix_width": 64, "seam_fix_mask_blur": 8}
    rest = {"seam_fix_padding": 16, "force_uniform_tiles": True, "tiled_decode": False, "batch_size": 1}
    around = {"mode_type": "Linear", "mask_blur": 8, "tile_padding": 16}
    mask = {"mask": ["mask", 0]} if masked else {}
    sources = {"upscaled_image": ["square", 0], "model": ["guided", 0], "vae": ["loader", 2]}
    size = {"width": SIDE, "height": SIDE, "upscale_method": "bicubic", "crop": "center"}
    place = {"x": SIDE // 4, "y": SIDE // 8}
    return {
        "loader": node("CheckpointLoaderSimple", ckpt_name=CHECKPOINT),
        "good": node("CLIPTextEncode", clip=["loader", 1], text="portrait"),
        "bad": node("CLIPTextEncode", clip=["loader", 1], text=""),
        "picture": node("LoadImage", image=PORTRAIT_NAME),
        "square": node("ImageScale", image=["picture", 0], **size),
        "none": node("SolidMask", value=0.0, width=SIDE, height=SIDE),
        "some": node("SolidMask", value=1.0, width=SIDE // 4, height=SIDE // 4),
        "mask": node("MaskComposite", destination=["none", 0], source=["some", 0], operation="add", **place),
        "guided": node("SoftFocusDreamGuidance", model=["loader", 0], **gains, **window, **mask),
        "upscaled": node(
            "UltimateSDUpscaleNoUpscale",
            positive=["good", 0],
            negative=["bad", 0],
            **sources | sampling | around | seams | rest | tiles,
        ),
        "end": node("SaveImage", images=["upscaled", 0], filename_prefix="tiles"),
    }


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


if __name__ == "__main__":
    main()
