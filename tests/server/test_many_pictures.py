"""docs/examples/many_pictures.py on real servers: interrupted half way, run again, a server killed, and its errors."""

from __future__ import annotations

import json
import os
import runpy
import signal
import subprocess
import sys
import time
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from threading import Thread

import numpy as np
import pytest
from PIL import Image
from skimage.data import astronaut

from testing.server.comfy_server import ComfyServer, free_port
from testing.server.shared_workflows import ROOT, WORKFLOW_FILES

pytestmark = pytest.mark.server
SCRIPT = ROOT / "docs" / "examples" / "many_pictures.py"
NAMES = ["a", "b", "c", "d"]
POLL_SECONDS = 0.1


@pytest.fixture
def source(tmp_path: Path) -> Path:
    """Four small portraits, no two alike."""
    folder = tmp_path / "in"
    folder.mkdir()
    for index, name in enumerate(NAMES):
        Image.fromarray(astronaut()).resize((128 + index, 128)).save(folder / f"{name}.png")
    return folder


def start(*arguments: object) -> subprocess.Popen[str]:
    command = [sys.executable, str(SCRIPT), *map(str, arguments)]
    return subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def run(*arguments: object) -> tuple[int, str, str]:
    process = start(*arguments)
    told, complaints = process.communicate()
    return process.returncode, told, complaints


def prompts_done(server: ComfyServer) -> int:
    return len(server.client.get_json("/history"))


def written(folder: Path) -> dict[str, int]:
    return {path.name: path.stat().st_mtime_ns for path in folder.iterdir()}


@pytest.mark.parametrize("how, code", [(signal.SIGINT, 130), (signal.SIGKILL, -signal.SIGKILL)])
def test_stopped_half_way_and_run_again_it_does_only_the_rest(server, source, tmp_path, how, code):
    target = tmp_path / "out"
    target.mkdir()
    pipe = target / "c.png.part"
    os.mkfifo(pipe)  # nobody reads it: the script cannot write c once the server has made it
    others = prompts_done(server)
    signal.signal(signal.SIGINT, signal.default_int_handler)  # ignored in the background, and so in the script
    process = start(source, target, "--server", server.client.url)
    while prompts_done(server) < others + 3:
        assert process.poll() is None, "it ended before"
        time.sleep(POLL_SECONDS)
    process.send_signal(how)
    _, complaints = process.communicate()
    assert process.returncode == code and ("goes on from here" in complaints) == (how == signal.SIGINT)
    pipe.unlink()
    before = written(target)
    assert set(before) == {"a.png", "b.png"}

    code, told, complaints = run(source, target, "--server", server.client.url)
    after = written(target)
    assert (code, complaints) == (0, "")
    ends = "made 2, done before 2, failed 0, of 4"
    assert told.splitlines()[1:] == ["3 of 4: c.png", "4 of 4: d.png", ends]
    assert set(after) == {f"{name}.png" for name in NAMES} and before.items() <= after.items()
    for name in NAMES:
        given, made = (
            np.asarray(Image.open(folder / f"{name}.png").convert("RGB"), float) for folder in (source, target)
        )
        assert made.shape == given.shape and np.abs(made - given).mean() > 1, name
    told = run(source, target, "--server", server.client.url)[1]
    assert told == "4 pictures, 4 of them done before\nmade 0, done before 4, failed 0, of 4\n"


def test_a_server_that_stops_costs_only_the_picture_it_was_at(source, tmp_path):
    target, port, third = tmp_path / "out", free_port(), source / "c.png"
    content = third.read_bytes()
    third.unlink()
    os.mkfifo(third)  # the script waits here for the picture
    with ComfyServer(port=port) as own:
        process = start(source, target, "--server", own.client.url)
        assert process.stdout is not None
        assert any(line == "2 of 4: b.png\n" for line in process.stdout), "it ended before"
    third.write_bytes(content)
    _, complaints = process.communicate()
    assert process.returncode == 3 and "once a server is up" in complaints
    assert set(written(target)) == {"a.png", "b.png"} and all(Image.open(path).size for path in target.iterdir())
    third.unlink()
    third.write_bytes(content)
    code, _, complaints = run(source, target, "--server", f"http://127.0.0.1:{port}")
    assert code == 3 and f"127.0.0.1:{port}" in complaints and "does not answer" in complaints


def test_of_two_servers_one_is_killed_at_its_work_and_nothing_is_lost(server, source, tmp_path):
    several = [tmp_path / "of one", tmp_path / "of two"]
    assert run(source, several[0], "--server", server.client.url)[0] == 0
    with ComfyServer() as own:
        process = start(source, several[1], "--server", own.client.url, "--server", server.client.url)
        while not own.client.get_json("/queue")["queue_running"]:
            assert process.poll() is None, "it ended before"
        own.kill()
    told, complaints = process.communicate()
    assert process.returncode == 0 and told.endswith("\nmade 4, done before 0, failed 0, of 4\n")
    assert complaints.startswith(f"lost {own.client.url}: ") and complaints.count("\n") == 1
    for name in NAMES:
        one, two = (np.asarray(Image.open(folder / f"{name}.png")) for folder in several)
        assert np.array_equal(one, two), name


def test_a_server_that_is_not_there_leaves_all_to_the_other(server, source, tmp_path):
    nobody = f"http://127.0.0.1:{free_port()}"
    code, told, complaints = run(source, tmp_path / "out", "--server", nobody, "--server", server.client.url)
    assert code == 0 and told.endswith("\nmade 4, done before 0, failed 0, of 4\n")
    assert complaints.startswith(f"lost {nobody}: ") and complaints.count("\n") == 1


class Page(BaseHTTPRequestHandler):
    """What answers everything with a page, as a router does."""

    def do_GET(self) -> None:
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"<html>")


def test_what_is_no_comfyui_is_left_out(server, source, tmp_path):
    with HTTPServer(("127.0.0.1", 0), Page) as router:
        Thread(target=router.serve_forever, daemon=True).start()
        other = f"http://127.0.0.1:{router.server_port}"
        code, _, complaints = run(source, tmp_path / "out", "--server", other, "--server", server.client.url)
        router.shutdown()
    assert code == 0 and complaints.startswith(f"lost {other}: ") and complaints.count("\n") == 1


def test_a_server_without_the_engine_is_named(server, source, tmp_path):
    code, _, complaints = run(source, tmp_path / "out", "--server", server.client.url, "--distributed")
    assert code == 3 and complaints.startswith(f"lost {server.client.url}: ") and "/distributed/config" in complaints


def test_for_a_master_a_collector_stands_before_the_end_or_where_it_was():
    script = runpy.run_path(str(SCRIPT))
    asked = script["with_collector"](script["LOOK"])
    assert asked["collector"]["inputs"] == {"images": ["look", 0], "load_balance": True}
    assert asked["result"]["inputs"]["images"] == ["collector", 0] and script["LOOK"]["result"] != asked["result"]
    own = {**asked, "collector": {**asked["collector"], "inputs": {"images": ["look", 0], "load_balance": False}}}
    assert script["with_collector"](own) == asked


def test_a_prompt_that_gives_two_pictures_gives_no_part_of_them(server, source, tmp_path):
    prompt = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "x.png"}},
        "2": {"class_type": "ImageBatch", "inputs": {"image1": ["1", 0], "image2": ["1", 0]}},
        "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}},
    }
    (tmp_path / "prompt.json").write_text(json.dumps(prompt))
    code, _, complaints = run(
        source, tmp_path / "out", "--server", server.client.url, "--prompt", tmp_path / "prompt.json"
    )
    assert code == 1 and complaints.count("the server made 2 pictures, not one") == 3 * len(NAMES)
    assert not list((tmp_path / "out").iterdir())


def test_a_picture_that_cannot_be_read_is_named_and_the_others_are_made(server, source, tmp_path):
    for name in NAMES[1:]:
        (source / f"{name}.png").unlink()
    (source / "0.png").write_bytes(b"no picture")
    code, told, complaints = run(source, tmp_path / "out", "--server", server.client.url)
    assert code == 1 and told.splitlines()[1:] == ["1 of 2: a.png", "made 1, done before 0, failed 1, of 2"]
    tries = [line.partition(": ")[0] for line in complaints.splitlines()]
    assert tries == [f"failed 0.png, try {n} of 3" for n in (1, 2, 3)]


def test_pictures_that_are_alike_are_each_made(server, source, tmp_path):
    for name in NAMES[1:]:
        (source / f"{name}.png").write_bytes((source / "a.png").read_bytes())
    code, _, complaints = run(source, tmp_path / "out", "--server", server.client.url)
    assert (code, complaints) == (0, "")
    first, *others = (np.asarray(Image.open(tmp_path / "out" / f"{name}.png")) for name in NAMES)
    assert all(np.array_equal(first, other) for other in others)


def test_an_own_prompt_is_used(server, source, tmp_path):
    prompt = {
        "1": {"class_type": "LoadImage", "inputs": {"image": "x.png"}},
        "2": {"class_type": "SoftFocusLuminanceBloom", "inputs": {"image": ["1", 0], "intensity": 0}},
        "3": {"class_type": "SaveImage", "inputs": {"images": ["2", 0]}},
    }
    (tmp_path / "prompt.json").write_text(json.dumps(prompt))
    code, *_ = run(source, tmp_path / "out", "--server", server.client.url, "--prompt", tmp_path / "prompt.json")
    given, made = (np.asarray(Image.open(folder / "a.png")) for folder in (source, tmp_path / "out"))
    assert code == 0 and np.array_equal(given, made)


def test_folders_and_prompts_that_cannot_work_are_named(source, tmp_path):
    code, _, complaints = run(source, tmp_path / "out", "--prompt", WORKFLOW_FILES[0])
    assert code == 2 and "Export (API)" in complaints
    code, _, complaints = run(source, source)
    assert code == 2 and "another folder" in complaints
    Image.open(source / "a.png").save(source / "a.webp")
    code, _, complaints = run(source, tmp_path / "out")
    assert code == 2 and "a.png and a.webp" in complaints
    code, _, complaints = run(tmp_path / "nowhere", tmp_path / "out")
    assert code == 2 and "nowhere" in complaints
