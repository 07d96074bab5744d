"""What comes back from ComfyUI-Distributed, a master and two workers: how many pictures, and as what it ends.

python -m tools.host.engine_limits ENGINE       (the folder of a copy of robertvoy/ComfyUI-Distributed)

The first rows run a prompt on all three machines (load_balance off, as for a batch that is split), the last ones on a
worker alone, as docs/examples/many_pictures.py does. Outside CI. docs/many-machines.md has the figures.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
import urllib.request
from contextlib import ExitStack
from pathlib import Path
from typing import Any

from PIL import Image

from testing.server.comfy_client import Prompt
from testing.server.comfy_server import ComfyServer
from tools.host.engine import master_and_workers

GRAY = {"width": 64, "height": 64, "batch_size": 1, "color": 0x808080}
SCORE = {"prompt": "", "emotion": "auto"}


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        servers = [stack.enter_context(server) for server in master_and_workers(Path(folder), Path(sys.argv[1]))]
        print("| prompt | pictures due | pictures back | ends as |\n|---|---:|---:|---|")
        show("RGB, one size", 3, run(servers, prompt_of(picture=node("EmptyImage", **GRAY))))
        show("RGBA", 3, run(servers, rgba()))
        show("another size on worker 1", 3, run(servers, mixed_sizes()))
        show("a list of 2 pictures", 6, run(servers, listed()))
        for place, source in (("before", "picture"), ("behind", "collector")):
            score = node("SoftFocusQualityScore", image=[source, 0], **SCORE)
            entry = run(servers, prompt_of(True, picture=node("EmptyImage", **GRAY), score=score))
            show(f"Quality Score {place} the collector; its report: {'score' in entry['outputs']}", 1, entry)
        for alone in (False, True):
            client = servers[0].client
            entry = run(servers, fine(alone)) if alone else {"outputs": client.run(fine(alone))}
            (file,) = entry["outputs"]["end"]["images"]
            pixel = Image.open(io.BytesIO(client.fetch(file))).convert("RGB").getpixel((0, 0))
            print(
                f"half of a step of 8 bits, made 4 times as bright, {'through a worker' if alone else 'here'}: {pixel}"
            )
        show("RGB, one size, a worker killed", 3, run(servers, slow(), killed=servers[2]))


def node(class_type: str, **inputs: Any) -> dict[str, Any]:
    return {"class_type": class_type, "inputs": inputs}


def prompt_of(alone: bool = False, **nodes: dict[str, Any]) -> Prompt:
    """The node `picture` through the collector to `end`, unless `end` is given; `alone`: on one machine."""
    collector = node("DistributedCollector", images=["picture", 0], load_balance=alone)
    return {"collector": collector, "end": node("PreviewImage", images=["collector", 0]), **nodes}


def rgba() -> Prompt:
    mask = node("SolidMask", value=0.5, width=64, height=64)
    joined = node("JoinImageWithAlpha", image=["color", 0], alpha=["mask", 0])
    return prompt_of(color=node("EmptyImage", **GRAY), mask=mask, picture=joined)


def mixed_sizes() -> Prompt:
    width = node("DistributedValue", default_value="64", worker_values=json.dumps({"_type": "INT", "1": "96"}))
    picture = node("EmptyImage", **{**GRAY, "width": ["width", 0]})
    return prompt_of(width=width, picture=picture)


def listed() -> Prompt:
    batch = node("EmptyImage", **{**GRAY, "batch_size": 2})
    return prompt_of(batch=batch, picture=node("RebatchImages", images=["batch", 0], batch_size=1))


def slow() -> Prompt:
    """A blur of a large picture: time enough to kill a worker."""
    large = node("EmptyImage", **{**GRAY, "width": 4096, "height": 4096})
    picture = node("ImageBlur", image=["large", 0], blur_radius=31, sigma=10.0)
    return prompt_of(large=large, picture=picture)


def fine(alone: bool) -> Prompt:
    """Half of 1/255, made bright enough to be seen behind the collector; there is no collector unless `alone`."""
    dark, black = (node("EmptyImage", **{**GRAY, "color": color}) for color in (0x010101, 0))
    source = "collector" if alone else "picture"
    nodes = {
        "dark": dark,
        "black": black,
        "picture": blended("dark", "black", 0.5, "normal"),
        "twice": blended(source, source, 1.0, "screen"),
        "again": blended("twice", "twice", 1.0, "screen"),
        "end": node("PreviewImage", images=["again", 0]),
    }
    return prompt_of(True, **nodes) if alone else nodes


def blended(one: str, two: str, factor: float, mode: str) -> dict[str, Any]:
    return node("ImageBlend", image1=[one, 0], image2=[two, 0], blend_factor=factor, blend_mode=mode)


def run(servers: list[ComfyServer], prompt: Prompt, killed: ComfyServer | None = None) -> dict[str, Any]:
    """What the master's history says of a prompt at the end."""
    client = servers[0].client
    workers = [str(server.port) for server in servers[1:]]
    asked: dict[str, Any] = {"prompt": prompt, "client_id": "limits", "enabled_worker_ids": workers}
    if prompt["collector"]["inputs"]["load_balance"]:
        asked["delegate_master"] = True
    request = urllib.request.Request(
        f"{client.url}/distributed/queue", json.dumps(asked).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        prompt_id = json.load(answer)["prompt_id"]
    if killed:
        killed.kill()
    while not (history := client.get_json(f"/history/{prompt_id}")):
        time.sleep(0.2)
    return history[prompt_id]


def show(name: str, due: int, entry: dict[str, Any]) -> None:
    back = len(entry["outputs"].get("end", {}).get("images", []))
    print(f"| {name} | {due} | {back} | {entry['status']['status_str']} |", flush=True)


if __name__ == "__main__":
    main()
