"""Tracks in a form that can be compared."""

from __future__ import annotations

from typing import Any


def comparable(value: Any) -> Any:
    """Of SOFTFOCUS_TRACKS, the boxes of the faces in every frame; of all else, itself."""
    if not hasattr(value, "everyone"):
        return value
    return [[face.box for face in found] for found in value.everyone]
