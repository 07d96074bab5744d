"""A diffusion filter's settings as one line of JSON, as Match a Filter writes it and Diffusion Filter reads it."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

from ..settings import DIFFUSION, DiffusionSettings

NAMES = ("family", "grade", "size", "warmth", "halation")
MOST_CHARACTERS = 1000


def write_preset(settings: DiffusionSettings) -> str:
    """One line; numbers to four decimals.

    >>> write_preset(DiffusionSettings("white mist", grade=0.5))
    '{"family": "white mist", "grade": 0.5, "size": 100.0, "warmth": 1.0, "halation": 0.0}'
    """
    values = {name: getattr(settings, name) for name in NAMES}
    return json.dumps({name: round(value, 4) if isinstance(value, float) else value for name, value in values.items()})


def read_preset(text: str, settings: DiffusionSettings = DIFFUSION) -> DiffusionSettings:
    """The settings with what a preset replaces: all of NAMES.

    Raises:
        ValueError: the text is no such line, or a value is out of its range.
        TypeError: a value is of another kind.

    >>> read_preset('{"family": "glimmer", "grade": 1, "size": 80, "warmth": 0, "halation": 0.2}').size
    80
    """
    try:
        values: Any = json.loads(text) if len(text) <= MOST_CHARACTERS else None
    except (ValueError, RecursionError):
        values = None
    if not isinstance(values, dict) or set(values) != set(NAMES):
        shown = text if len(text) <= 60 else text[:60] + "..."
        raise ValueError(
            f"preset is {shown!r}; it must be one line of JSON with {', '.join(NAMES)}, as Match a Filter writes"
        )
    return replace(settings, **values)
