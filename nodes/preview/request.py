"""Live preview: what a request may ask. Everything else is refused with a status and a sentence."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from comfy_api.latest import io

from .cache import Key

MOST_BYTES = 1 << 14  # of a request's body
LONGEST_TEXT = 200


class Refused(Exception):
    """A request that is not served.

    Attributes:
        status: the HTTP status.
    """

    def __init__(self, status: int, sentence: str) -> None:
        super().__init__(sentence)
        self.status = status


@dataclass(frozen=True)
class PreviewRequest:
    """Which node is meant, what its widgets say, and whether a draft will do.

    `inputs` is not yet held against the node's schema.
    """

    key: Key
    node_class: str
    inputs: Mapping[str, Any]
    draft: bool


def check_origin(headers: Mapping[str, str]) -> None:
    """Refuse (403) what a page of another origin sends; a client that is no browser says neither and may ask."""
    site, origin = headers.get("Sec-Fetch-Site"), headers.get("Origin")
    # Only browsers write Sec-Fetch-Site, and pages cannot change it; they leave it out on plain http addresses.
    own = (
        site in ("same-origin", "none") if site else origin is None or _host(origin) == headers.get("Host", "").lower()
    )
    if not own:
        raise Refused(403, "the preview serves only ComfyUI's own page")


def _host(origin: str) -> str:
    return origin.partition("://")[2].lower()


def read_body(body: bytes) -> PreviewRequest:
    """The request in a JSON body {workflow, node_id, class, inputs, draft}; refuses (400, 413) what is none."""
    if len(body) > MOST_BYTES:
        raise Refused(413, f"the request is longer than {MOST_BYTES} bytes")
    try:
        fields = json.loads(body)
    except (ValueError, RecursionError) as error:
        raise Refused(400, "the request is not JSON") from error
    if not isinstance(fields, dict):
        raise Refused(400, "the request is not a JSON object")
    inputs = fields.get("inputs", {})
    if not isinstance(inputs, dict):
        raise Refused(400, "inputs is not an object")
    draft = fields.get("draft", False)
    if not isinstance(draft, bool):
        raise Refused(400, "draft is neither true nor false")
    return read_names(fields, inputs, draft)


def read_names(fields: Mapping[str, Any], inputs: Mapping[str, Any], draft: bool = False) -> PreviewRequest:
    """The node that {workflow, node_id, class} name; refuses (400) what are no short texts."""
    workflow, node_id, node_class = fields.get("workflow", ""), fields.get("node_id"), fields.get("class")
    for name, text in (("workflow", workflow), ("node_id", node_id), ("class", node_class)):
        if not isinstance(text, str) or len(text) > LONGEST_TEXT:
            raise Refused(400, f"{name} is not a text of at most {LONGEST_TEXT} characters")
    return PreviewRequest((str(workflow), str(node_id)), str(node_class), inputs, draft)


def check_settings(schema: io.Schema, inputs: Mapping[str, Any]) -> None:
    """Hold widget values against the node's schema; refuses (400) unknown names, types and values."""
    known = {each.id: each for each in schema.inputs}
    for name, value in inputs.items():
        if name not in known:
            raise Refused(400, f"{schema.display_name} has no input {name[:LONGEST_TEXT]!r}")
        complaint = _complaint(known[name], value)
        if complaint:
            raise Refused(400, f"{name} {complaint}")


def _complaint(widget: io.Input, value: Any) -> str | None:
    """What is wrong with a value for this widget; None if nothing is."""
    if isinstance(widget, io.Float.Input):
        if isinstance(value, bool) or not isinstance(value, int | float):
            return "is not a number"
        if not widget.min <= value <= widget.max:
            return f"is not within {widget.min} and {widget.max}"
        return None
    if isinstance(widget, io.Boolean.Input):
        return None if isinstance(value, bool) else "is neither true nor false"
    if isinstance(widget, io.Combo.Input):
        return None if value in widget.options else f"is none of {', '.join(map(str, widget.options))}"
    if isinstance(widget, io.String.Input):
        return None if isinstance(value, str) and len(value) <= LONGEST_TEXT else "is not a short text"
    return "is no widget"
