"""Send a real portrait through the photo workflow on a real ComfyUI; before, mask, after and report as files.

python tools/demo.py [FOLDER]       (default: demo_output/)
"""

from __future__ import annotations

import json
import sys
import time
from pathlib import Path

from comfy_client import ComfyClient, Prompt
from comfy_server import ROOT, ComfyServer, end_on_sigterm
from sample_portrait import PORTRAIT_NAME, find_portrait
from workflow_to_api import workflow_to_api

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
    pictures = {
        "mask.png": outputs[MASK_NODE],
        "regions.png": outputs[only_node(prompt, "PreviewImage")],
        "after.png": outputs[only_node(prompt, "SaveImage")],
        "chart.png": outputs[only_node(prompt, "SoftFocusQualityScore")],
    }
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "before.png").write_bytes((server.base / "input" / PORTRAIT_NAME).read_bytes())
    for name, output in pictures.items():
        (folder / name).write_bytes(client.fetch(output["images"][0]))
    score = outputs[only_node(prompt, "SoftFocusQualityScore")]
    report = score["text"][0] + "\n\n" + score["data"][0]
    (folder / "report.txt").write_text(report + "\n", encoding="utf-8")
    return report


def print_table(report: str) -> None:
    """The parts of the score, from the report's last line, which is JSON."""
    best = json.loads(report.strip().splitlines()[-1])[0]
    print(f"\n{'part of the score':<24}{'value':>10} {'unit':<8}{'score':>6}")
    for part in best["parts"]:
        print(f"{part['name']:<24}{part['value']:>10.2f} {part['unit']:<8}{100 * part['score']:>6.0f}")
    print(f"{'total':<43}{best['total']:>6.0f}")


def main() -> None:
    end_on_sigterm()
    folder = Path(sys.argv[1] if len(sys.argv) > 1 else ROOT / "demo_output").resolve()
    started = time.monotonic()
    with ComfyServer(echo=True) as server:
        report = run_demo(server, folder)
    print_table(report)
    print(f"\nDone in {time.monotonic() - started:.0f} s. Files in {folder}:")
    for path in sorted(folder.iterdir()):
        print(f"  {path.name:<12}{path.stat().st_size / 1024:>8.0f} KB")


if __name__ == "__main__":
    main()
