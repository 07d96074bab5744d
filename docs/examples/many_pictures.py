"""The look for a folder of pictures, through the API of one ComfyUI or of several that have SoftFocus installed.

    python docs/examples/many_pictures.py IN OUT [--server http://127.0.0.1:8188 ...] [--prompt MY.json] [--distributed]

Needs nothing but Python. Each picture of IN becomes OUT/<its name>.png. Pictures whose result is there are skipped, and
a result gets its name only when it is whole: whatever stops this, the same command goes on where it was.
--server may be given several times: each picture goes to one that is free, and to another if that one dies. A picture
that fails is tried again twice, after the others.
With --distributed the server is the master of ComfyUI-Distributed, which chooses a worker for each picture.
MY.json is a graph of your own, saved with "Export (API)": with one Load Image, and one Save Image or Preview Image.
Load Image takes alpha off, so results are opaque.
"""

from __future__ import annotations

import argparse
import http.client
import json
import os
import sys
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
import uuid
from collections import Counter, deque
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import Any

PICTURES = {".png", ".jpg", ".jpeg", ".webp"}
POLL_SECONDS = 0.25
ANSWER_SECONDS = 60  # a server that loads a model may be slow to answer
TRIES = 3
BOUNDARY = "softfocus-picture-part"
COLLECTOR = "DistributedCollector"

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


@dataclass(frozen=True)
class Server:
    """A ComfyUI with the prompt for it; `workers` are the ids of those it may hand pictures to, if it is a master."""

    url: str
    prompt: Prompt
    workers: tuple[str, ...] | None = None


def main(arguments: list[str]) -> int:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("source", type=Path, metavar="IN")
    parser.add_argument("target", type=Path, metavar="OUT")
    parser.add_argument("--server", action="append", help="default: http://127.0.0.1:8188")
    parser.add_argument("--prompt", type=Path)
    parser.add_argument("--distributed", action="store_true", help="the server is a master of ComfyUI-Distributed")
    given = parser.parse_args(arguments)
    try:
        pictures = results_of(given.source, given.target)
        prompt = LOOK if given.prompt is None else json.loads(given.prompt.read_text(encoding="utf-8"))
        node_of(prompt, "LoadImage"), node_of(prompt, "SaveImage", "PreviewImage")
        given.target.mkdir(parents=True, exist_ok=True)
    except (OSError, ValueError) as error:
        print(error, file=sys.stderr)
        return 2
    missing = {picture: result for picture, result in pictures.items() if not result.exists()}
    counts = Counter(all=len(pictures), before=len(pictures) - len(missing))
    print(f"{counts['all']} pictures, {counts['before']} of them done before", flush=True)
    try:
        servers = connect(given.server or ["http://127.0.0.1:8188"], prompt, given.distributed) if missing else []
        make_all(missing, servers, counts)
    except ServerGone as error:
        print(f"{error}\nRun the same command again once a server is up.", file=sys.stderr)
        return 3
    except OSError as error:
        print(f"A result cannot be written: {error}", file=sys.stderr)
        return 2
    except KeyboardInterrupt:
        print("Stopped; the same command goes on from here.", file=sys.stderr)
        return 130
    finally:
        print(f"made {counts['made']}, done before {counts['before']}, failed {counts['failed']}, of {counts['all']}")
    return 1 if counts["failed"] else 0


def make_all(missing: dict[Path, Path], servers: list[Server], counts: Counter[str]) -> None:
    """Make the missing results, one at each server at a time; only this thread writes files and tells of them."""
    waiting, free, running = deque(missing), deque(servers), 0
    tries: Counter[Path] = Counter()
    outcomes: SimpleQueue[tuple[Path, Server, bytes | Exception]] = SimpleQueue()
    while waiting or running:
        while waiting and free:
            running += 1
            # A daemon thread: it does not hold up the end when the user stops this.
            threading.Thread(target=work, args=(waiting.popleft(), free.popleft(), outcomes), daemon=True).start()
        if not running:
            raise ServerGone("No server is left.")
        picture, server, outcome = next_of(outcomes)
        running -= 1
        if isinstance(outcome, ServerGone):
            print(f"lost {server.url}: {outcome}", file=sys.stderr, flush=True)
            waiting.appendleft(picture)
            continue
        free.append(server)
        if isinstance(outcome, Exception):
            tries[picture] += 1
            print(f"failed {picture.name}, try {tries[picture]} of {TRIES}: {outcome}", file=sys.stderr, flush=True)
            if tries[picture] < TRIES:
                waiting.append(picture)
            else:
                counts["failed"] += 1
            continue
        write_whole(missing[picture], outcome)
        counts["made"] += 1
        print(f"{counts['before'] + counts['made']} of {counts['all']}: {picture.name}", flush=True)


def work(picture: Path, server: Server, outcomes: SimpleQueue[tuple[Path, Server, bytes | Exception]]) -> None:
    """Put what the server makes of the picture, or what went wrong, into the queue."""
    try:
        outcomes.put((picture, server, made(picture, server)))
    except Exception as error:
        outcomes.put((picture, server, error))


def next_of(outcomes: SimpleQueue[Any]) -> Any:
    """The next outcome; waits in short turns, since on Windows Ctrl-C is heard only between them."""
    while True:
        try:
            return outcomes.get(timeout=POLL_SECONDS)
        except Empty:
            continue


def connect(urls: Iterable[str], prompt: Prompt, distributed: bool) -> list[Server]:
    """The servers that can be used, a master as often as it may have pictures at once."""
    servers = []
    for url in (each.rstrip("/") for each in urls):
        try:
            if distributed:
                config = json.loads(request(f"{url}/distributed/config"))
                workers = tuple(str(each["id"]) for each in config["workers"] if each.get("enabled"))
                server = Server(url, with_defaults(with_collector(prompt), url), workers)
                servers += [server] * (len(workers) + 1)
            else:
                servers.append(Server(url, with_defaults(prompt, url)))
        except (ServerGone, PictureFailed, ValueError) as error:  # ValueError: what answers is no ComfyUI
            print(f"lost {url}: {error}", file=sys.stderr, flush=True)
    return servers


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


def with_collector(prompt: Prompt) -> Prompt:
    """The prompt for a master: with the engine's collector, before its end unless it has one of its own."""
    own = [node_id for node_id, node in prompt.items() if node["class_type"] == COLLECTOR]
    if not own:
        last = node_of(prompt, "SaveImage", "PreviewImage")
        added = {"class_type": COLLECTOR, "inputs": {"images": prompt[last]["inputs"]["images"]}}
        end = {**prompt[last], "inputs": {**prompt[last]["inputs"], "images": ["collector", 0]}}
        prompt, own = {**prompt, last: end, "collector": added}, ["collector"]
    # One machine gets the whole prompt. Without it each one gets it, and what a worker fails to make is left out.
    return prompt | {each: {**prompt[each], "inputs": {**prompt[each]["inputs"], "load_balance": True}} for each in own}


def made(picture: Path, server: Server) -> bytes:
    """The file that the server makes of a picture."""
    first, last = node_of(server.prompt, "LoadImage"), node_of(server.prompt, "SaveImage", "PreviewImage")
    node = {**server.prompt[first], "inputs": {**server.prompt[first]["inputs"], "image": upload(picture, server)}}
    asked: dict[str, Any] = {"prompt": {**server.prompt, first: node}}
    if server.workers is not None:
        asked |= {"enabled_worker_ids": server.workers, "client_id": "many-pictures"}
    queue = f"{server.url}/prompt" if server.workers is None else f"{server.url}/distributed/queue"
    prompt_id = json.loads(request(queue, json.dumps(asked).encode(), "application/json"))["prompt_id"]
    entry = finished(prompt_id, server.url)
    images = entry["outputs"].get(last, {}).get("images", [])
    if entry["status"]["status_str"] != "success" or len(images) != 1:
        # A master reports success also when its worker died: only the picture proves that there is one.
        told = [each["exception_message"] for kind, each in entry["status"]["messages"] if kind == "execution_error"]
        raise PictureFailed(" ".join(told).strip() or f"the server made {len(images)} pictures, not one")
    return request(f"{server.url}/view?{urllib.parse.urlencode(images[0])}")


def upload(picture: Path, server: Server) -> str:
    """Put a picture where the server finds it; the name that Load Image knows it by."""
    # A master hands files of its input folder to its workers, and no others.
    place = {"type": "temp"} if server.workers is None else {"type": "input", "subfolder": "many_pictures"}
    # A new name each time: of a result that the server takes from its cache, its history has no file.
    name = uuid.uuid4().hex + picture.suffix.lower()
    lines = []
    for key, value in place.items():
        lines += [f"--{BOUNDARY}", f'Content-Disposition: form-data; name="{key}"', "", value]
    lines += [f"--{BOUNDARY}", f'Content-Disposition: form-data; name="image"; filename="{name}"']
    lines += ["Content-Type: application/octet-stream", "", ""]
    body = "\r\n".join(lines).encode() + picture.read_bytes() + f"\r\n--{BOUNDARY}--\r\n".encode()
    stored = json.loads(request(f"{server.url}/upload/image", body, f"multipart/form-data; boundary={BOUNDARY}"))
    return f"{stored['name']} [temp]" if server.workers is None else f"{stored['subfolder']}/{stored['name']}"


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
