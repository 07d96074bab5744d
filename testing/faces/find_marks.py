"""What a person says about the finds of `find_marks.json`: a face of a person, or none."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

FILE = Path(__file__).with_name("find_marks.json")
NEAR = 0.5  # of a box's longer side: a mark that lies no farther from its middle speaks of it


@dataclass(frozen=True)
class Marks:
    """Middles of finds, (x, y) as shares of the picture's width and height: of faces, and of what is none."""

    faces: list[tuple[float, float]]
    none: list[tuple[float, float]]

    def says(self, box: tuple[float, float, float, float], height: int, width: int) -> bool | None:
        """Whether the box (x, y, w, h in pixels) is a face, by the nearest mark; None if there is none near."""
        x, y = box[0] + box[2] / 2, box[1] + box[3] / 2
        marks = [(mark, True) for mark in self.faces] + [(mark, False) for mark in self.none]
        apart = [(((u * width - x) ** 2 + (v * height - y) ** 2) ** 0.5, right) for (u, v), right in marks]
        nearest = min(apart, default=(float("inf"), False))
        return nearest[1] if nearest[0] <= NEAR * max(box[2:]) else None


NOTHING = Marks([], [])


def packages() -> Mapping[str, Mapping[str, Marks]]:
    """By package and by the picture's name."""
    read = json.loads(FILE.read_text())["packages"]
    return {
        package: {name: Marks(_places(each["faces"]), _places(each["none"])) for name, each in pictures.items()}
        for package, pictures in read.items()
    }


def _places(marks: list[list[float]]) -> list[tuple[float, float]]:
    return [(x, y) for x, y in marks]
