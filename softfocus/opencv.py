"""OpenCV, where the installed one has what is asked for."""

from __future__ import annotations

from typing import Any


class MissingOpenCV(ValueError):
    """What was asked for cannot run with the OpenCV that is there, if any is."""


def opencv(*names: str) -> Any:
    """The module cv2, or None where it is missing or lacks one of the functions or classes `names` ("A.b": b of A).

    Two OpenCV wheels share one folder: once either is uninstalled, the rest may import well and hold nothing, or only
    the modules of one of them.
    """
    try:
        import cv2
    except Exception:  # ImportError, and what a half-removed wheel raises from its own start
        return None
    return cv2 if all(callable(_found(cv2, name)) for name in names) else None


def _found(module: Any, name: str) -> Any:
    for part in name.split("."):
        module = getattr(module, part, None)
    return module
