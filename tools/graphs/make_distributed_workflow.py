"""Write docs/examples/dreamy_but_sharp_distributed.json through the real page, and run it on a master and two workers.

python -m tools.graphs.make_distributed_workflow ENGINE

ENGINE is the folder of a copy of robertvoy/ComfyUI-Distributed. The file does not lie in workflows/: a host without the
engine would offer a graph whose node is missing. Needs chromium; outside CI.
"""

from __future__ import annotations

import io
import json
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import numpy as np
from PIL import Image

from testing.server.browser import comfy_page
from testing.server.comfy_client import Prompt, raise_failure
from testing.server.comfy_server import ROOT, ComfyServer
from testing.server.photo_run import only_node
from testing.server.sample_portrait import PORTRAIT_NAME
from testing.server.workflow_to_api import workflow_to_api
from tools.graphs.make_workflows import serialise
from tools.graphs.workflow_parts import Node, Workflow, core, group, note, ours
from tools.graphs.workflow_specs import BLUE, GREEN, VIOLET
from tools.graphs.workflow_texts import DISTRIBUTED_NOTE
from tools.host.engine import master_and_workers

TARGET = ROOT / "docs" / "examples" / "dreamy_but_sharp_distributed.json"
ENGINE = {"aux_id": "robertvoy/ComfyUI-Distributed", "ver": "a91f9fb081eb5fc27db429a7c3f35d2ef7ce4a50"}
RUNS = 6


def distributed() -> Workflow:
    """The look up to the collector, on whichever machine; what shows something behind it, on the master."""
    collector = {"Node name for S&R": "DistributedCollector", **ENGINE}
    nodes = [
        core(1, "LoadImage", (40, 100), (340, 400), widgets={"image": "example.png"}),
        note(2, (40, 600), (340, 440), DISTRIBUTED_NOTE),
        ours(3, "SoftFocusFaceDetailMask", (460, 100), (320, 480)),
        ours(4, "SoftFocusSelectiveGaussianBlur", (860, 100), (320, 220)),
        ours(5, "SoftFocusLuminanceBloom", (860, 380), (320, 320)),
        ours(6, "SoftFocusFeatureSharpen", (1260, 100), (320, 410)),
        Node(7, "DistributedCollector", (1260, 620), (320, 110), {"load_balance": True}, collector),
        core(8, "SaveImage", (1660, 100), (440, 720), widgets={"filename_prefix": "SoftFocus"}),
        ours(9, "SoftFocusQualityScore", (2140, 100), (520, 890)),
    ]
    links = [
        (1, "IMAGE", 3, "image"),
        (1, "IMAGE", 4, "image"),
        (3, "detail_mask", 4, "protect_mask"),
        (4, "image", 5, "image"),
        (5, "image", 6, "image"),
        (1, "IMAGE", 6, "detail_source"),
        (3, "detail_mask", 6, "mask"),
        *((3, "bboxes", each, "bboxes") for each in (4, 5, 6)),
        (6, "image", 7, "images"),
        (7, "images", 8, "images"),
        (7, "images", 9, "image"),
    ]
    parts = [("Your photo", BLUE, 2), ("The face", GREEN, 1), ("The dream", VIOLET, 2)]
    parts += [("Detail returns, and the picture comes back", GREEN, 2), ("The result, on the master", BLUE, 2)]
    groups, first = [], 0
    for number, (title, color, count) in enumerate(parts, 1):
        groups.append(group(number, f"{number}. {title}", color, nodes[first : first + count]))
        first += count
    return Workflow(TARGET.stem, nodes, links, groups)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack:
        servers = [stack.enter_context(server) for server in master_and_workers(Path(folder), Path(sys.argv[1]))]
        with comfy_page(servers[0].client.url) as page:
            graph = serialise(page, distributed())
        TARGET.write_text(json.dumps(graph, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        print(f"wrote {TARGET}", flush=True)
        run(servers, workflow_to_api(graph, servers[0].client.get_json("/object_info")))


def run(servers: list[ComfyServer], prompt: Prompt) -> None:
    """Queue the prompt as the engine's page does, several times; a picture and a score each time, or an error."""
    photo, save, score = (only_node(prompt, name) for name in ("LoadImage", "SaveImage", "SoftFocusQualityScore"))
    master = servers[0].client
    first: np.ndarray | None = None
    for number in range(RUNS):
        prompt[photo]["inputs"]["image"] = PORTRAIT_NAME
        prompt[only_node(prompt, "SoftFocusFeatureSharpen")]["inputs"]["noise_threshold"] = 0.01 + number * 1e-9
        outputs = queue(servers, prompt)
        (file,) = outputs[save]["images"]
        picture = np.asarray(Image.open(io.BytesIO(master.fetch(file))).convert("RGB")).astype(int)
        first = picture if first is None else first
        apart = np.abs(picture - first).max()
        print(f"{outputs[score]['text'][0].splitlines()[0]}; differs from the first run by {apart} of 255", flush=True)
    done = Counter({server.port: len(server.client.get_json("/history")) for server in servers})
    print(f"prompts of the master: {done[servers[0].port]}, of the workers: {[done[one.port] for one in servers[1:]]}")


def queue(servers: list[ComfyServer], prompt: Prompt) -> dict[str, Any]:
    """The outputs of a prompt that the engine hands out."""
    master = servers[0].client
    asked = {"prompt": prompt, "enabled_worker_ids": [str(each.port) for each in servers[1:]], "client_id": "workflow"}
    request = urllib.request.Request(
        f"{master.url}/distributed/queue", json.dumps(asked).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request) as answer:
        prompt_id = json.loads(answer.read())["prompt_id"]
    while not (entry := master.get_json(f"/history/{prompt_id}").get(prompt_id)):
        time.sleep(0.2)
    raise_failure(entry)
    return entry["outputs"]


if __name__ == "__main__":
    main()
