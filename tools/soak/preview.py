"""Requests to the preview's route that no page sends."""

from __future__ import annotations

import http.client
import json
import time
from collections import Counter
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from testing.host_nodes import BLUR
from testing.server.comfy_server import ComfyServer

PATH = "/softfocus/preview"
ANSWERS = {200, 400, 403, 404, 405, 409, 411, 413, 415}
ASKED: dict[str, Any] = {"workflow": "", "node_id": "blur", "class": BLUR, "inputs": {"sigma": 1.0}}
LOAD = {"class_type": "EmptyImage", "inputs": {"width": 256, "height": 192, "batch_size": 1, "color": 0xE0C0A0}}
BLURRED = {"image": ["load", 0], "sigma": 1, "unit": "pixels", "max_delta": 1, "linear_light": True}

_leaves = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=40)
_names = st.text(max_size=9)
_json = st.recursive(_leaves, lambda each: st.lists(each, max_size=4) | st.dictionaries(_names, each, max_size=4))
_sockets = st.sampled_from(["sigma", "unit", "max_delta", "linear_light", "image", "protect_mask", "bboxes"])
_inputs = st.dictionaries(_sockets | _names, _leaves | _json, max_size=5)
_changes = st.dictionaries(st.sampled_from([*ASKED, "draft", "names"]), _json, max_size=3)
_bodies = (
    _changes.map(lambda each: json.dumps(ASKED | each).encode())
    | _inputs.map(lambda each: json.dumps(ASKED | {"inputs": each}).encode())
    | _json.map(lambda each: json.dumps(each).encode())
    | st.binary(max_size=300)
)


def fuzz_preview(server: ComfyServer, minutes: float) -> None:
    """Send requests for so long; every answer must be one of ANSWERS, a picture or a sentence, and the server go on."""
    shown = {"class_type": "PreviewImage", "inputs": {"images": ["blur", 0]}}
    server.client.run({"load": LOAD, "blur": {"class_type": BLUR, "inputs": BLURRED}, "shown": shown})
    answers: Counter[int] = Counter()
    end = time.monotonic() + 60 * minutes

    @given(_bodies, st.sampled_from(["application/json", "text/plain", ""]), st.booleans())
    @settings(max_examples=500, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    def some(body: bytes, kind: str, as_json: bool) -> None:
        status, kind, text = _asked(server, body, "application/json" if as_json else kind)
        answers[status] += 1
        assert status in ANSWERS, (status, text)
        assert status != 200 or kind == "image/webp"
        assert status == 200 or len(text) > 10 or status in (403, 405)

    while time.monotonic() < end:
        some()
    status, kind, _ = _asked(server, json.dumps(ASKED).encode(), "application/json")
    assert (status, kind) == (200, "image/webp")
    print(
        f"{sum(answers.values())} requests to the preview in {minutes:g} minutes: {dict(sorted(answers.items()))}",
        flush=True,
    )


def _asked(server: ComfyServer, body: bytes, kind: str) -> tuple[int, str, bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.port, timeout=120)
    try:
        connection.request("POST", PATH, body, {"Content-Type": kind} if kind else {})
        answer = connection.getresponse()
        return answer.status, answer.headers.get_content_type(), answer.read()
    finally:
        connection.close()
