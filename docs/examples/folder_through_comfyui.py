"""The look for a folder of pictures, through the API of a running ComfyUI that has SoftFocus installed.

    python docs/examples/folder_through_comfyui.py IN OUT [--server http://127.0.0.1:8188] [--prompt MY.json]

Needs nothing but Python. Each picture of IN becomes OUT/<its name>.png. Pictures whose result is there are skipped, and
a result gets its name only when it is whole: whatever stops this, the same command goes on where it was.
MY.json is a graph of your own, saved with "Export (API)": with one Load Image, and one Save Image or Preview Image.
Load Image takes alpha off, so results are opaque.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from pathlib import Path
from typing import Any

PICTURES = {".png", ".jpg", ".jpeg", ".webp"}
POLL_SECONDS = 0.5
ANSWER_SECONDS = 60  # a server that loads a model may be slow to answer
BOUNDARY = "softfocus-folder-part"

Prompt = dict[str, dict[str, Any]]

# Widgets that are not named are at the server's own defaults.
LOOK: Prompt = {
    "picture": {"class_type": "LoadImage", "inputs": {}},
    "mask": {"class_type": "SoftFocusFaceDetailMask", "inputs": {"image": ["picture", 0]}},
    "soft": {
        "class_type": "SoftFocusSelectiveGaussianBlur",
        "inputs": {"image": ["picture", 0], "protect_mask": ["mask", 0]},
    },
    "bloom": {"class_type": "SoftFocusLuminanceBloom", "inputs": {"image": ["soft", 0]}},
    "look": {
        "class_type": "SoftFocusFeatureSharpen",
        "inputs": {"image": ["bloom", 0], "detail_source": ["picture", 0], "mask": ["mask", 0]},
    },
    "result": {"class_type": "PreviewImage", "inputs": {"images": ["look", 0]}},
}


class ServerGone(Exception):
    """The server does not answer, or has forgotten what it was asked."""


class PictureFailed(Exception):
    """The server answers, but not with a picture."""


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="IN")
    parser.add_argument("target", type=Path, metavar="OUT")
    parser.add_argument("--server", default="http://127.0.0.1:8188")
    parser.add_argument("--prompt", type=Path)
    given = parser.parse_args(arguments)
    try:
        pictures = results_of(given.source, given.target)
        prompt = LOOK if given.prompt is None else json.loads(given.prompt.read_text(encoding="utf-8"))
        ends = node_of(prompt, "LoadImage"), node_of(prompt, "SaveImage", "PreviewImage")
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    missing = {picture: result for picture, result in pictures.items() if not result.exists()}
    print(f"{len(pictures)} pictures, {len(pictures) - len(missing)} of them done before", flush=True)
    given.target.mkdir(parents=True, exist_ok=True)
    try:
        return 1 if make_all(missing, prompt, ends, given.server.rstrip("/")) else 0
    except (ServerGone, PictureFailed) as error:
        print(f"{error}\nRun the same command again once the server is up.", file=sys.stderr)
        return 3
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from here.", file=sys.stderr)
        return 130


def make_all(missing: dict[Path, Path], prompt: Prompt, ends: tuple[str, str], server: str) -> int:
    """Make the missing results, one after the other; the number of those that failed."""
    prompt = with_defaults(prompt, server) if missing else prompt
    failed = 0
    for picture, result in missing.items():
        try:
            write_whole(result, made(picture, prompt, ends, server))
            print(f"done {picture.name}", flush=True)
        except PictureFailed as error:
            failed += 1
            print(f"failed {picture.name}: {error}", file=sys.stderr, flush=True)
    return failed


def results_of(source: Path, target: Path) -> dict[Path, Path]:
    """By picture of the folder, in order, the file of its result; two pictures may not have one result."""
    pictures = sorted(path for path in source.iterdir() if path.suffix.lower() in PICTURES)
    results = {path: target / f"{path.stem}.png" for path in pictures}
    for result in results.values():
        same = [path.name for path in pictures if results[path] == result]
        if len(same) > 1:
            raise ValueError(f"{' and '.join(same)} would both become {result}; rename one of them")
        if result in results:
            raise ValueError(f"{result} is a picture of IN; give another folder as OUT")
    return results


def node_of(prompt: Prompt, *types: str) -> str:
    """The id of the one node of these types."""
    if not all(isinstance(node, dict) and "class_type" in node for node in prompt.values()):
        raise ValueError('the prompt is not in the format of the API; save the graph with "Export (API)"')
    found = [node_id for node_id, node in prompt.items() if node["class_type"] in types]
    if len(found) != 1:
        raise ValueError(f"the prompt has {len(found)} nodes {' or '.join(types)}; it must have 1")
    return found[0]


def with_defaults(prompt: Prompt, server: str) -> Prompt:
    """The prompt with every widget that it does not name; the server takes none as given."""
    complete = {}
    for node_id, node in prompt.items():
        name = node["class_type"]
        known = json.loads(request(f"{server}/object_info/{urllib.parse.quote(name)}")).get(name)
        if known is None:
            raise ServerGone(f"The server at {server} has no node {name}; install what it comes from there.")
        inputs = {
            each: options[0]["default"]
            for each, (_, *options) in known["input"].get("required", {}).items()
            if options and "default" in options[0]
        }
        complete[node_id] = {"class_type": name, "inputs": inputs | node["inputs"]}
    return complete


def made(picture: Path, prompt: Prompt, ends: tuple[str, str], server: str) -> bytes:
    """The file that the server makes of a picture."""
    first, last = ends
    node = {**prompt[first], "inputs": {**prompt[first]["inputs"], "image": upload(picture, server)}}
    body = json.dumps({"prompt": {**prompt, first: node}}).encode()
    prompt_id = json.loads(request(f"{server}/prompt", body, "application/json"))["prompt_id"]
    entry = finished(prompt_id, server)
    images = entry["outputs"].get(last, {}).get("images", [])
    if entry["status"]["status_str"] != "success" or not images:
        told = [each["exception_message"] for kind, each in entry["status"]["messages"] if kind == "execution_error"]
        raise PictureFailed(" ".join(told).strip() or "the server made no picture")
    return request(f"{server}/view?{urllib.parse.urlencode(images[0])}")


def upload(picture: Path, server: str) -> str:
    """Put a picture into the server's temporary folder; the name that Load Image knows it by."""
    lines = [f"--{BOUNDARY}", 'Content-Disposition: form-data; name="type"', "", "temp", f"--{BOUNDARY}"]
    # A new name each time: of a result that the server takes from its cache, its history has no file.
    lines += [f'Content-Disposition: form-data; name="image"; filename="{uuid.uuid4().hex}{picture.suffix.lower()}"']
    lines += ["Content-Type: application/octet-stream", "", ""]
    body = "\r\n".join(lines).encode() + picture.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
    stored = json.loads(request(f"{server}/upload/image", body, f"multipart/form-data; boundary={BOUNDARY}"))
    return f"{stored['name']} [temp]"


def finished(prompt_id: str, server: str) -> dict[str, Any]:
    """What the server's history says of a prompt once it is there."""
    while True:
        queue = json.loads(request(f"{server}/queue"))  # asked first: what leaves it is in the history by then
        entry = json.loads(request(f"{server}/history/{prompt_id}")).get(prompt_id)
        if entry is not None:
            return entry
        if prompt_id not in [each[1] for part in ("queue_running", "queue_pending") for each in queue[part]]:
            raise ServerGone(
                f"The server at {server} has forgotten what it was doing: it was started anew, or cleared."
            )
        time.sleep(POLL_SECONDS)


def request(url: str, body: bytes | None = None, kind: str = "") -> bytes:
    """The answer's bytes; a refusal is the picture's fault, silence the server's."""
    headers = {"Content-Type": kind} if kind else {}
    try:
        with urllib.request.urlopen(urllib.request.Request(url, body, headers), timeout=ANSWER_SECONDS) as answer:
            return answer.read()
    except urllib.error.HTTPError as error:
        told = error.read().decode(errors="replace")[:500]
        raise PictureFailed(f"{url} answers {error.code}: {told}") from error
    except (OSError, http.client.HTTPException) as error:
        raise ServerGone(f"{url} does not answer: {error}") from error


def write_whole(path: Path, content: bytes) -> None:
    """Write a file that is never there in part."""
    part = path.with_name(path.name + ".part")
    part.write_bytes(content)
    os.replace(part, path)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
