"""A server that is killed at any moment, and what is there when it starts again."""

from __future__ import annotations

import json
import shutil
import tempfile
import threading
import urllib.request
from itertools import count as count_from
from pathlib import Path
from random import Random

from PIL import Image

from testing.host_nodes import BLUR
from testing.server.comfy_client import Prompt, ServerUnreachable
from testing.server.comfy_server import ComfyServer
from testing.server.sample_portrait import PORTRAIT_NAME

LONGEST = 6.0  # seconds of work before a kill


def kill_and_start(count: int, random: Random) -> None:
    """Kill the server so many times while it works; each time it must start, work and preview as if nothing was."""
    base = Path(tempfile.mkdtemp(prefix="softfocus-kills-"))
    cut = 0
    try:
        for _ in range(count):
            with ComfyServer(base=base) as server:
                cut += _checked(server)
                stop = threading.Timer(random.uniform(0, LONGEST), server.kill)
                stop.start()
                _work_until_gone(server)
                stop.join()
        with ComfyServer(base=base) as server:
            cut += _checked(server)
        whole = _whole_pictures(base)
    finally:
        shutil.rmtree(base, ignore_errors=True)
    print(f"{count} kills: server up again each time, queue empty, a prompt done and previewed; ", end="")
    print(f"{whole} whole pictures in output/, {cut} cut ones", flush=True)


def _work_until_gone(server: ComfyServer) -> None:
    try:
        for number in count_from(2):
            server.client.run(_prompt(number))
    except (ServerUnreachable, ConnectionError):
        return


def _checked(server: ComfyServer) -> int:
    """Run and preview; how many pictures in output/ are cut, which are taken away."""
    queue = server.client.get_json("/queue")
    if queue["queue_running"] or queue["queue_pending"]:
        raise AssertionError(f"the queue of a server that was killed is not empty: {queue}")
    server.client.run(_prompt(1))
    asked = {"workflow": "", "node_id": "blur", "class": BLUR, "inputs": {"sigma": 3.0}}
    request = urllib.request.Request(
        f"{server.client.url}/softfocus/preview", json.dumps(asked).encode(), {"Content-Type": "application/json"}
    )
    with urllib.request.urlopen(request, timeout=60) as answer:
        if answer.headers.get_content_type() != "image/webp":
            raise AssertionError("the preview does not answer with a picture")
    cut = [path for path in (server.base / "output").glob("*.png") if not _is_whole(path)]
    for path in cut:
        path.unlink()
    return len(cut)


def _whole_pictures(base: Path) -> int:
    return sum(_is_whole(path) for path in (base / "output").glob("*.png"))


def _is_whole(path: Path) -> bool:
    try:
        with Image.open(path) as image:
            image.load()
    except OSError:
        return False
    return True


def _prompt(number: int) -> Prompt:
    """A large blur, saved; of another width each time, so that nothing comes from the cache."""
    sigma = 0.3 + number / 10000
    blur = {"image": ["large", 0], "sigma": sigma, "unit": "% of diagonal", "max_delta": 1, "linear_light": True}
    scale = {"image": ["load", 0], "upscale_method": "area", "width": 1536, "height": 1536, "crop": "disabled"}
    return {
        "load": {"class_type": "LoadImage", "inputs": {"image": PORTRAIT_NAME}},
        "large": {"class_type": "ImageScale", "inputs": scale},
        "blur": {"class_type": BLUR, "inputs": blur},
        "save": {"class_type": "SaveImage", "inputs": {"images": ["blur", 0], "filename_prefix": "soak"}},
    }
