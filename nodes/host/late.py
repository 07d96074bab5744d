"""What a node learns only while another one runs, and how it still says so."""

from __future__ import annotations

import logging
import sys
from collections.abc import Hashable


def running_node() -> Hashable | None:
    """Names the one run of a node that is under way in this thread: prompt, node and place in a list; None outside."""
    from comfy_execution.utils import get_executing_context

    return get_executing_context()


def say_late(node_name: str, node_id: str | None, text: str) -> None:
    """Show a text on a node of the page, where one looks on, and write it into the server's log."""
    logger = logging.getLogger(__name__)
    logger.setLevel(logging.WARNING)  # its own: Ultimate SD Upscale raises the root's above all levels while it samples
    logger.warning("%s: %s", node_name, text)
    instance = getattr(getattr(sys.modules.get("server"), "PromptServer", None), "instance", None)
    if instance is not None and node_id is not None:
        instance.send_progress_text(text, node_id)
