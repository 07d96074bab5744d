"""Where long work may be stopped: it calls `checkpoint` every so often, and whoever runs it says what that does."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_call: ContextVar[Callable[[], None] | None] = ContextVar("call", default=None)


def checkpoint() -> None:
    """A place at which nothing is lost when an exception passes through."""
    if (call := _call.get()) is not None:
        call()


@contextmanager
def checked_by(call: Callable[[], None]) -> Iterator[None]:
    """Have checkpoints call this, which raises what is to end the work."""
    token = _call.set(call)
    try:
        yield
    finally:
        _call.reset(token)
