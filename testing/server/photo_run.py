"""The photo workflow on a running server, with the sample portrait."""

from __future__ import annotations

import json
from pathlib import Path

from testing.server.comfy_client import ComfyClient, Prompt
from testing.server.comfy_server import ROOT, ComfyServer
from testing.server.sample_portrait import PORTRAIT_NAME, find_portrait
from testing.server.workflow_to_api import workflow_to_api

WORKFLOW = ROOT / "workflows" / "Dreamy but sharp - your photo.json"
MASK_NODE = "mask"


def only_node(prompt: Prompt, node_type: str) -> str:
    """The id of the one node of a type."""
    (node_id,) = [node_id for node_id, node in prompt.items() if node["class_type"] == node_type]
    return node_id


def demo_prompt(client: ComfyClient) -> Prompt:
    """The shipped workflow with the sample portrait, and the mask itself as a further picture."""
    workflow = json.loads(WORKFLOW.read_text(encoding="utf-8"))
    prompt = workflow_to_api(workflow, client.get_json("/object_info"))
    prompt[only_node(prompt, "LoadImage")]["inputs"]["image"] = PORTRAIT_NAME
    source = [only_node(prompt, "SoftFocusFaceDetailMask"), 0]
    prompt[MASK_NODE] = {"class_type": "MaskPreview", "inputs": {"mask": source}}
    return prompt


def run_demo(server: ComfyServer, folder: Path) -> str:
    """Write the files; returns the report."""
    client = server.client
    prompt = demo_prompt(client)
    print(f"Portrait: {find_portrait()}", flush=True)
    outputs = client.run(prompt, report=lambda text: print(f"  {text}", flush=True))
    print("\n".join(outputs[only_node(prompt, "SoftFocusFaceDetailMask")]["text"]))
    score = outputs[only_node(prompt, "SoftFocusQualityScore")]
    pictures = {
        "mask.png": outputs[MASK_NODE]["images"],
        "regions.png": outputs[only_node(prompt, "PreviewImage")]["images"],
        "after.png": outputs[only_node(prompt, "SaveImage")]["images"],
        "chart.png": score["chart"],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "before.png").write_bytes((server.base / "input" / PORTRAIT_NAME).read_bytes())
    for name, files in pictures.items():
        (folder / name).write_bytes(client.fetch(files[0]))
    report = score["text"][0] + "\n\n" + score["data"][0]
    (folder / "report.txt").write_text(report + "\n", encoding="utf-8")
    return report
