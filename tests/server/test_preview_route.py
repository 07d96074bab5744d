"""The preview's route on a real server: what it serves, and a clear status for everything that it refuses."""

from __future__ import annotations

import http.client
import io
import json
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest
from PIL import Image

from testing.server.sample_portrait import PORTRAIT_NAME

pytestmark = pytest.mark.server
PATH = "/softfocus/preview"
BLUR = "SoftFocusSelectiveGaussianBlur"
ASKED = {"workflow": "", "node_id": "71", "class": BLUR, "inputs": {}}
JSON = {"Content-Type": "application/json"}
Ask = Callable[..., tuple[int, bytes, str]]


@pytest.fixture(scope="module")
def ask(server: Any) -> Ask:
    """Send a request; its status, body and type. The server has run a blur as node 71 of no workflow."""
    blur = {"image": ["2", 0], "sigma": 1, "unit": "pixels", "max_delta": 1, "linear_light": True}
    prompt = {
        "1": {"class_type": "LoadImage", "inputs": {"image": PORTRAIT_NAME}},
        "2": {
            "class_type": "ImageScale",
            "inputs": {"image": ["1", 0], "upscale_method": "area", "width": 512, "height": 511, "crop": "disabled"},
        },
        "71": {"class_type": BLUR, "inputs": blur},
        "4": {"class_type": "PreviewImage", "inputs": {"images": ["71", 0]}},
    }
    server.client.run(prompt)

    def send(
        method: str = "POST", body: Any = ASKED, headers: dict[str, str] = JSON, path: str = PATH
    ) -> tuple[int, bytes, str]:
        connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=600)
        try:
            sent = body if isinstance(body, bytes) or body is None else json.dumps(body).encode()
            connection.request(method, path, sent, headers)
            answer = connection.getresponse()
            return answer.status, answer.read(), answer.headers.get_content_type()
        finally:
            connection.close()

    return send


def with_inputs(**inputs: Any) -> dict[str, Any]:
    return ASKED | {"inputs": inputs}


def test_before_and_after_are_pictures(ask):
    pictures = []
    query = f"{PATH}?workflow=&node_id=71&class={BLUR}"
    for answer in (ask("GET", None, {}, query), ask(body=with_inputs(sigma=20)), ask(path="/api" + PATH)):
        status, body, kind = answer
        assert (status, kind) == (200, "image/webp")
        pictures.append(np.asarray(Image.open(io.BytesIO(body))).astype(int))
    before, blurred, slightly = pictures
    assert before.shape == (511, 512, 3)
    assert np.abs(before - blurred).mean() > np.abs(before - slightly).mean() > 0


def test_draft_is_small_and_shows_the_same(ask):
    pictures = []
    for draft in (False, True):
        status, body, kind = ask(body=with_inputs(sigma=20) | {"draft": draft})
        assert (status, kind) == (200, "image/webp")
        pictures.append(Image.open(io.BytesIO(body)))
    full, small = pictures
    assert full.size == (512, 511) and small.size == (128, 127)
    away = np.asarray(full.resize(small.size, Image.Resampling.BICUBIC)).astype(int) - np.asarray(small)
    assert np.abs(away).mean() < 2


def test_node_that_has_not_run_has_no_picture_yet(ask):
    for query in (f"node_id=72&class={BLUR}", "node_id=71&class=LoadImage", f"workflow=w&node_id=71&class={BLUR}"):
        assert ask("GET", None, {}, f"{PATH}?{query}")[:2] == (204, b"")
    assert ask("GET", None, {}, PATH)[0] == 400


@pytest.mark.parametrize(
    "status, body, headers",
    [
        (404, ASKED | {"node_id": "72"}, JSON),
        (404, ASKED | {"class": "LoadImage"}, JSON),
        (404, ASKED | {"workflow": "../../etc"}, JSON),
        (400, with_inputs(sigma=1e300), JSON),
        (400, with_inputs(sigma=float("nan")), JSON),
        (400, with_inputs(sigma="1"), JSON),
        (400, with_inputs(image="/etc/passwd"), JSON),
        (400, ASKED | {"node_id": 71}, JSON),
        (400, ASKED | {"inputs": []}, JSON),
        (400, ASKED | {"draft": 1}, JSON),
        (400, b"{", JSON),
        (400, b"[" * 10_000, JSON),
        (413, b" " * 20_000, JSON),
        (415, ASKED, {"Content-Type": "text/plain"}),
        (403, ASKED, JSON | {"Origin": "http://example.com"}),
        (403, ASKED, JSON | {"Origin": "null"}),
        (403, ASKED, JSON | {"Sec-Fetch-Site": "cross-site"}),
        (411, ASKED, JSON | {"Transfer-Encoding": "chunked"}),
    ],
)
def test_refusals_have_a_status_and_a_sentence(ask, status, body, headers):
    if "Transfer-Encoding" in headers:
        whole = json.dumps(body).encode()
        body = f"{len(whole):x}\r\n".encode() + whole + b"\r\n0\r\n\r\n"
        headers = {**headers}
    got, text, kind = ask(body=body, headers=headers)
    assert got == status
    by_the_host = status == 403 and text == b""  # a current one also refuses what comes from another site
    assert by_the_host or (kind == "text/plain" and len(text.decode()) > 10)
    assert ask()[0] == 200, "the server no longer answers"


def test_of_many_at_once_only_the_newest_are_computed(ask, server):
    slow = [with_inputs(sigma=10 + number / 10, max_delta=0.1) for number in range(24)]
    with ThreadPoolExecutor(12) as threads:
        answers = list(threads.map(lambda body: ask(body=body), slow))
    statuses = [status for status, _, _ in answers]
    assert set(statuses) == {200, 409}
    assert statuses.count(409) > 6
    assert ask()[0] == 200


def test_event_loop_does_not_wait_for_a_picture(ask, server):
    with ThreadPoolExecutor(1) as thread:
        pending = thread.submit(ask, body=with_inputs(sigma=12, max_delta=0.1))
        quick = [server.client.get_json("/queue") for _ in range(5)]
        assert len(quick) == 5 and pending.result()[0] == 200


def test_the_page_is_told_which_nodes_have_a_preview(ask):
    status, body, kind = ask("GET", None, {}, f"{PATH}/nodes")
    assert (status, kind) == (200, "application/json")
    others = ("DiffusionFilter", "DreamyButSharp", "FeatureSharpen", "LuminanceBloom")
    assert sorted(json.loads(body)) == [*(f"SoftFocus{name}" for name in others), BLUR]
    assert ask("GET", None, {"Origin": "http://elsewhere.example"}, f"{PATH}/nodes")[0] == 403
