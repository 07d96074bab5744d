"""Live preview: the server's routes, /softfocus/preview and /softfocus/preview/nodes.

The second tells the page which nodes have a preview, by their ids. Of the first, GET asks for a node's input, POST for its result with other settings, also as a draft; both answer with a WebP
picture. The answer to what is refused is a sentence in plain text. Pictures are computed in one thread of its own,
so the server's event loop never waits; of what is asked for one node only the newest is computed.
"""

from __future__ import annotations

import asyncio
import logging
import sys
from collections.abc import Awaitable, Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from aiohttp import web
from comfy_api.latest import io

from . import cache
from .cache import HIDDEN, Entry, Key
from .picture import picture_after, picture_before
from .request import MOST_BYTES, PreviewRequest, Refused, check_origin, check_settings, read_body, read_names

PATH = "/softfocus/preview"
ANSWERS = "softfocus_preview"  # attribute of the server: handlers by name, shared by all copies of the pack
NOT_STORED = {"Cache-Control": "no-store", "X-Content-Type-Options": "nosniff"}

_worker = ThreadPoolExecutor(1, thread_name_prefix="softfocus-preview")
_latest: dict[Key, object] = {}  # the newest request of each node that one is under way for

Handler = Callable[[web.Request], Awaitable[web.Response]]


def register(nodes: Sequence[type[io.ComfyNode]]) -> None:
    """Add the routes to the running server; does nothing without one.

    The server may hold two copies of the pack. The host then runs the nodes of the copy that it loads last, and only
    that one's cache knows what went through them: it answers, on the routes that the first one has added.

    Args:
        nodes: the pack's; those that ask for what `remember` needs have a preview.
    """
    server = sys.modules.get("server")
    instance = getattr(getattr(server, "PromptServer", None), "instance", None)
    if instance is None:
        return
    schemas = [node.GET_SCHEMA() for node in nodes]
    previewed = [schema.node_id for schema in schemas if set(HIDDEN) <= set(schema.hidden or ())]

    async def send_nodes(request: web.Request) -> web.Response:
        return web.json_response(previewed, headers=NOT_STORED)

    answers = {"nodes": _answered(send_nodes), "before": _answered(send_before), "after": _answered(send_after)}
    shared = getattr(instance, ANSWERS, None)
    if shared is not None:
        shared.update(answers)
        logging.warning("SoftFocus is installed twice; the copy in %s is used. Remove the other one.", _folder())
    elif any(getattr(route, "path", None) == PATH for route in instance.routes):
        logging.warning("SoftFocus is installed twice, and the older copy has no preview for %s. Remove it.", _folder())
    else:
        setattr(instance, ANSWERS, answers)
        instance.routes.get(f"{PATH}/nodes")(_newest(answers, "nodes"))
        instance.routes.get(PATH)(_newest(answers, "before"))
        instance.routes.post(PATH)(_newest(answers, "after"))


def _newest(answers: Mapping[str, Handler], name: str) -> Handler:
    """What answers when it is asked: another copy of the pack may have put its own handler there."""

    async def answer(request: web.Request) -> web.Response:
        return await answers[name](request)

    return answer


def _folder() -> str:
    """Where this copy of the pack lies."""
    return str(Path(__file__).parents[2])


def _answered(handler: Handler) -> Handler:
    """The handler with its refusals turned into answers."""

    async def answer(request: web.Request) -> web.Response:
        try:
            check_origin(request.headers)
            return await handler(request)
        except Refused as refused:
            return web.Response(status=refused.status, text=str(refused), headers=NOT_STORED)

    return answer


async def send_before(request: web.Request) -> web.Response:
    """A node's input; 204 without a body while the node has not run."""
    wanted = read_names(request.query, {})
    entry = cache.find(wanted.key, wanted.node_class)
    if entry is None:
        return web.Response(status=204, headers=NOT_STORED)
    return _picture(await asyncio.get_running_loop().run_in_executor(_worker, picture_before, entry))


async def send_after(request: web.Request) -> web.Response:
    """A node's result with the settings in the body; 409 if a newer request for the node has come meanwhile."""
    wanted = await _read(request)
    entry = cache.find(wanted.key, wanted.node_class)
    if entry is None:
        raise Refused(404, "the server has no picture of this node; run the workflow")
    check_settings(entry.schema, wanted.inputs)
    ticket = _latest[wanted.key] = object()
    try:
        work = asyncio.get_running_loop().run_in_executor(_worker, _compute, wanted, ticket, entry)
        picture = await work
    finally:
        if _latest.get(wanted.key) is ticket:
            del _latest[wanted.key]
    return _picture(picture)


async def _read(request: web.Request) -> PreviewRequest:
    if request.content_type != "application/json":
        raise Refused(415, "the request is not of type application/json")
    if request.content_length is None:
        raise Refused(411, "the request does not say its length")
    if request.content_length > MOST_BYTES:
        raise Refused(413, f"the request is longer than {MOST_BYTES} bytes")
    return read_body(await request.read())


def _compute(wanted: PreviewRequest, ticket: object, entry: Entry) -> bytes:
    if _latest.get(wanted.key) is not ticket:
        raise Refused(409, "a newer request for this node has come")
    try:
        return picture_after(entry, wanted.inputs, wanted.draft)
    except ValueError as error:  # such as a tint that is no colour
        raise Refused(400, str(error)) from error


def _picture(file: bytes) -> web.Response:
    return web.Response(body=file, content_type="image/webp", headers=NOT_STORED)
