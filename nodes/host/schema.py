"""The only module that knows host versions: builds inputs and schemas without keywords an older host lacks.

One keyword that the running ComfyUI does not know raises TypeError in `define_schema` and costs the
whole pack, so everything newer than the floor (0.3.75) is passed through `supported`.
"""

from __future__ import annotations

import inspect
from collections.abc import Callable
from typing import Any

from comfy_api.latest import io

# Keywords added to the V3 API after 0.3.75. Any other unknown keyword is a mistake of ours and raises.
NEWER_THAN_FLOOR = frozenset(
    {"advanced", "search_aliases", "extra_dict", "essentials_category", "has_intermediate_output"}
)


def supported(factory: Callable[..., Any], *args: Any, **kwargs: Any) -> Any:
    """Call `factory`, leaving out keywords newer than the floor that this host does not know."""
    known = inspect.signature(factory).parameters
    if any(parameter.kind is parameter.VAR_KEYWORD for parameter in known.values()):
        return factory(*args, **kwargs)
    kept = {key: value for key, value in kwargs.items() if key in known or key not in NEWER_THAN_FLOOR}
    return factory(*args, **kept)


def number(
    name: str,
    default: float,
    low: float,
    high: float,
    step: float,
    tooltip: str,
    advanced: bool = False,
    optional: bool = False,
) -> io.Input:
    """A FLOAT widget. Typed values survive to four decimals whatever the step of the arrows is."""
    return supported(
        io.Float.Input,
        name,
        default=default,
        min=low,
        max=high,
        step=step,
        round=0.0001,
        tooltip=tooltip,
        optional=optional,
        **({"advanced": True} if advanced else {}),
    )


def Schema(**kwargs: Any) -> io.Schema:
    """An `io.Schema` in the pack's category; ComfyUI Manager's scanner finds node ids in calls of this name only.

    All nodes say something on themselves, which a page that is loaded again shall get from the host's cache.
    """
    return supported(io.Schema, category="SoftFocus", has_intermediate_output=True, **kwargs)


def boxes_input(tooltip: str) -> io.Input:
    """The socket for boxes around faces that nodes which follow a face's size share."""
    return supported(
        io.Custom("BOUNDING_BOX").Input, "bboxes", optional=True, extra_dict={"forceInput": True}, tooltip=tooltip
    )
