"""Write workflows/*.json with their thumbnails, through the serialiser of ComfyUI's real page.

python -m tools.graphs.make_workflows

Needs chromium. Run again without a change to the specs, it writes the same bytes.
"""

from __future__ import annotations

import copy
import io
import json
import shutil
import uuid
from pathlib import Path
from typing import Any

from PIL import Image
from playwright.sync_api import Page

from testing.server.browser import comfy_page, graph_picture
from testing.server.comfy_client import ComfyClient
from testing.server.comfy_server import ComfyServer, end_on_sigterm
from testing.server.sample_portrait import astronaut
from testing.server.shared_workflows import CHECKPOINT
from testing.server.workflow_to_api import workflow_to_api
from tools.graphs.workflow_parts import Workflow
from tools.graphs.workflow_specs import WORKFLOWS

HERE = Path(__file__).resolve().parent
TARGET = HERE.parents[1] / "workflows"
FACE_BOX = (90, 0, 390, 300)  # of the astronaut picture
# Where the canvas opens. Without it Nodes 2.0 of 0.3.75 scatters the nodes: it measures them while it zooms.
FIRST_VIEW = {"scale": 0.8, "offset": [80, 80]}
THUMBNAIL_WIDTH = 640
JPEG_QUALITY = 85


def serialise(page: Page, workflow: Workflow) -> dict[str, Any]:
    """Build a graph in the page and return it as the page saves it, without what differs from run to run."""
    graph = json.loads(page.evaluate((HERE / "build_graph.js").read_text(), workflow.spec()))
    graph["id"] = str(uuid.uuid5(uuid.NAMESPACE_URL, f"softfocus/{workflow.name}"))
    graph["extra"] = {"ds": FIRST_VIEW}
    return graph


def before_and_after(client: ComfyClient, base: Path, workflow: dict[str, Any]) -> Image.Image:
    """NASA's astronaut picture beside what the workflow makes of it."""
    source = astronaut()
    if source is None:
        raise FileNotFoundError("the thumbnail needs the package scikit-image for NASA's astronaut picture")
    shutil.copy(source, base / "input" / "astronaut.png")
    changed = copy.deepcopy(workflow)
    for node in changed["nodes"]:
        if node["type"] == "LoadImage":
            node["widgets_values"][0] = "astronaut.png"
    outputs = client.run(workflow_to_api(changed, client.get_json("/object_info")))
    (saved,) = [output for node_id, output in outputs.items() if is_save_node(changed, node_id)]
    after = Image.open(io.BytesIO(client.fetch(saved["images"][0]))).convert("RGB").crop(FACE_BOX)
    before = Image.open(source).convert("RGB").crop(FACE_BOX)
    both = Image.new("RGB", (before.width + after.width, before.height))
    both.paste(before, (0, 0))
    both.paste(after, (before.width, 0))
    return both


def is_save_node(workflow: dict[str, Any], node_id: str) -> bool:
    return any(str(node["id"]) == node_id and node["type"] == "SaveImage" for node in workflow["nodes"])


def save_thumbnail(picture: Image.Image, path: Path) -> None:
    height = round(picture.height * THUMBNAIL_WIDTH / picture.width)
    picture.resize((THUMBNAIL_WIDTH, height), Image.Resampling.LANCZOS).save(path, quality=JPEG_QUALITY)


def make(page: Page, server: ComfyServer, workflow: Workflow) -> None:
    """Write one workflow with its thumbnail: before and after for a photo, else the graph itself."""
    graph = serialise(page, workflow)
    path = TARGET / f"{workflow.name}.json"
    path.write_text(json.dumps(graph, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
    from_photo = any(node.type == "LoadImage" for node in workflow.nodes)
    picture = before_and_after(server.client, server.base, graph) if from_photo else graph_picture(page)
    save_thumbnail(picture, path.with_suffix(".jpg"))
    print(f"wrote {path}", flush=True)


def main() -> None:
    end_on_sigterm()
    TARGET.mkdir(exist_ok=True)
    with ComfyServer(echo=True) as server:
        (server.base / "models" / "checkpoints" / CHECKPOINT).touch()  # so that the page offers the name
        for workflow in WORKFLOWS:
            with comfy_page(server.client.url) as page:
                make(page, server, workflow)


if __name__ == "__main__":
    main()
