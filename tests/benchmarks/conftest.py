"""A sitter for the tests of face sizes, whose face is found once."""

from __future__ import annotations

import pytest

from testing.face_size.sitters import Sitter, place, sitter
from testing.faces.portrait import face, picture


@pytest.fixture(scope="session")
def astronaut() -> Sitter:
    return sitter("astronaut", picture(), face())


@pytest.fixture(scope="session")
def small(astronaut: Sitter) -> Sitter:
    """Of whose picture's diagonal the face takes 30 %."""
    return place(astronaut, 0.3)
