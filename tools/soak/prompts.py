"""Prompts of all nodes that need no model, in many sizes, some with errors; what the server holds meanwhile."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

from testing.server.comfy_client import Prompt, PromptFailed
from testing.server.comfy_server import ComfyServer
from testing.server.sample_portrait import PORTRAIT_NAME

SIZES = ((256, 256), (384, 256), (257, 511), (64, 64), (512, 512), (640, 96))  # width and height
WITHOUT_MODELS = (
    "SoftFocusFaceDetailMask",
    "SoftFocusMaskRefine",
    "SoftFocusSelectiveGaussianBlur",
    "SoftFocusLuminanceBloom",
    "SoftFocusDiffusionFilter",
    "SoftFocusMatchFilter",
    "SoftFocusDreamyButSharp",
    "SoftFocusFeatureSharpen",
    "SoftFocusQualityScore",
)
WRONG_SHARE = 0.1
WRONG = {"tint": "rosy", "people": "1: much", "preset": "rosy"}  # texts that a node refuses
LONGEST = 400  # characters of an error that is a sentence
SHOWN = {"IMAGE": "PreviewImage", "MASK": "MaskPreview"}


def run_prompts(server: ComfyServer, count: int, random: Random) -> None:
    """Run so many prompts one after the other and print what the server's process holds at some of them."""
    definitions = server.client.get_json("/object_info")
    told: Counter[str] = Counter()
    for number in range(1, count + 1):
        node = random.choice([each for each in WITHOUT_MODELS if each in definitions])
        wrong = random.random() < WRONG_SHARE
        try:
            server.client.run(make_prompt(node, definitions, random, wrong))
            told["done"] += 1
        except PromptFailed as error:
            _check_sentence(str(error), wrong)
            told["refused"] += 1
        if number in (10, 100, count // 2, count):
            print(f"{number} prompts: {dict(told)}, {_held(server.pid)}", flush=True)


def make_prompt(node: str, definitions: dict[str, Any], random: Random, wrong: bool) -> Prompt:
    """A node on the portrait in some size, optional sockets now and then; a wrong one has a mask of another aspect."""
    width, height = random.choice(SIZES)
    prompt: Prompt = {
        "load": {"class_type": "LoadImage", "inputs": {"image": PORTRAIT_NAME}},
        "picture": _scaled(width, height),
        "other": _scaled(width, 2 * height) if wrong else _scaled(width, height),
        "mask": {"class_type": "ImageToMask", "inputs": {"image": ["other", 0], "channel": "red"}},
    }
    inputs: dict[str, Any] = {}
    known = definitions[node]["input"]
    for name, (kind, *options) in (known.get("required", {}) | known.get("optional", {})).items():
        needed = name in known.get("required", {})
        if kind in ("IMAGE", "MASK"):
            if needed or wrong or random.random() < 0.5:
                inputs[name] = ["picture", 0] if kind == "IMAGE" else ["mask", 0]
        elif options and "default" in options[0]:
            inputs[name] = WRONG.get(name, options[0]["default"]) if wrong else options[0]["default"]
    prompt["node"] = {"class_type": node, "inputs": inputs}
    for index, kind in enumerate(definitions[node]["output"]):
        if kind in SHOWN:
            name = "images" if kind == "IMAGE" else "mask"
            prompt[f"shown {index}"] = {"class_type": SHOWN[kind], "inputs": {name: ["node", index]}}
    return prompt


def _scaled(width: int, height: int) -> dict[str, Any]:
    inputs = {"image": ["load", 0], "upscale_method": "area", "width": width, "height": height, "crop": "disabled"}
    return {"class_type": "ImageScale", "inputs": inputs}


def _check_sentence(error: str, wrong: bool) -> None:
    message = error.split("Error: ")[-1].strip()
    if not wrong or not 20 < len(message) <= LONGEST or "Traceback" in message:
        raise AssertionError(f"the prompt was {'wrong' if wrong else 'right'}, and the server says: {error}")


def _held(pid: int) -> str:
    """Resident memory, open files and threads of a process."""
    process = Path("/proc") / str(pid)
    status = dict(line.split(":", 1) for line in (process / "status").read_text().splitlines() if ":" in line)
    resident = int(status["VmRSS"].split()[0]) / 1024
    return f"{resident:.0f} MB, {len(list((process / 'fd').iterdir()))} files, {status['Threads'].strip()} threads"
