"""A small client of ComfyUI's HTTP API: queue a prompt, wait for it, fetch its files."""

from __future__ import annotations

import json
import time
import urllib.error
import urllib.parse
import urllib.request
from collections.abc import Callable
from typing import Any

Prompt = dict[str, dict[str, Any]]
Outputs = dict[str, dict[str, Any]]

POLL_SECONDS = 0.25
REPORT_SECONDS = 5.0


class ServerUnreachable(ConnectionError):
    """Nothing answers at the server's address."""


class PromptFailed(RuntimeError):
    """The server refused a prompt or one of its nodes raised an error."""


class ComfyClient:
    def __init__(self, url: str) -> None:
        self.url = url

    def get_json(self, path: str) -> Any:
        return json.loads(self._request(path))

    def queue(self, prompt: Prompt) -> str:
        """Queue an API prompt; returns its id at once."""
        return json.loads(self._request("/prompt", {"prompt": prompt}))["prompt_id"]

    def run(
        self, prompt: Prompt, *, timeout: float = 600, report: Callable[[str], None] = lambda text: None
    ) -> Outputs:
        """Queue an API prompt and wait for it; returns the `ui` outputs by node id.

        Args:
            prompt: the graph in API format.
            timeout: seconds after which waiting is given up.
            report: told every few seconds how long it has taken.
        """
        prompt_id = self.queue(prompt)
        started = time.monotonic()
        reported = started
        while True:
            entry = self.get_json(f"/history/{prompt_id}").get(prompt_id)
            if entry is not None:
                raise_failure(entry)
                return entry["outputs"]
            now = time.monotonic()
            if now - started > timeout:
                raise PromptFailed(f"the prompt was not done after {timeout:.0f} s")
            if now - reported >= REPORT_SECONDS:
                reported = now
                report(f"working, {now - started:.0f} s so far")
            time.sleep(POLL_SECONDS)

    def fetch(self, file: dict[str, str]) -> bytes:
        """The bytes of a picture named in an output: {filename, subfolder, type}."""
        return self._request("/view?" + urllib.parse.urlencode(file))

    def _request(self, path: str, body: Any = None) -> bytes:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self.url + path, data, {"Content-Type": "application/json"})
        try:
            with urllib.request.urlopen(request, timeout=300) as response:
                return response.read()
        except urllib.error.HTTPError as error:
            raise PromptFailed(describe_refusal(path, error.code, error.read())) from error
        except (urllib.error.URLError, ConnectionError) as error:
            raise ServerUnreachable(f"{self.url} does not answer: {error}") from error


def raise_failure(entry: dict[str, Any]) -> None:
    """Raise PromptFailed with the node and its message if this history entry is not a success."""
    status = entry["status"]
    if status["status_str"] == "success":
        return
    for kind, details in status["messages"]:
        if kind == "execution_error":
            node = f"node {details['node_id']} ({details['node_type']})"
            raise PromptFailed(f"{node}: {details['exception_type']}: {details['exception_message']}")
    raise PromptFailed(f"the prompt ended as {status['status_str']!r}: {status['messages']}")


def describe_refusal(path: str, code: int, body: bytes) -> str:
    """A readable text for an HTTP error; for a refused prompt, each node's complaints."""
    try:
        answer = json.loads(body)
        lines = [answer["error"]["message"]]
        for node_id, node in answer.get("node_errors", {}).items():
            complaints = [f"{error['message']}: {error['details']}" for error in node["errors"]]
            lines.append(f"node {node_id} ({node['class_type']}): " + "; ".join(complaints))
        return "\n".join(lines)
    except (ValueError, KeyError, TypeError):
        return f"{path} answered {code}: {body[:500].decode(errors='replace')}"
