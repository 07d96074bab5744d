"""Whose faces are masked: people by their numbers, each as strongly as the text of the node's `people` says."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import replace

from .face import Face

EVERYBODY = "all"
ENTRY = re.compile(r"\s*(\d{1,6})\s*(?::\s*(\d+\.?\d*|\.\d+)\s*)?", re.ASCII)  # a person, perhaps with a strength
FORMS = f"{EVERYBODY}, numbers from 1 such as 1, 3, or strengths from 0 to 1 such as 1: 1.0, 2: 0.4"


def parse_people(text: str) -> dict[int, float] | None:
    """The strength (0..1) of each person that the text names, by number; None for everybody.

    Args:
        text: `all` or nothing; numbers from 1 with commas between; after each perhaps a colon and a strength, which
            is 1 without. Spaces are free, and digits, commas and colons may be full-width.

    Raises:
        ValueError: the text says something else, or names somebody twice.

    >>> parse_people("1, 3: 0.4")
    {1: 1.0, 3: 0.4}
    >>> parse_people("all") is None
    True
    """
    plain = unicodedata.normalize("NFKC", text).strip()
    if plain.lower() in ("", EVERYBODY):
        return None
    strengths: dict[int, float] = {}
    for entry in plain.split(","):
        read = ENTRY.fullmatch(entry)
        person, strength = (int(read[1]), float(read[2] or 1)) if read else (0, 0.0)
        if person < 1 or strength > 1:
            raise ValueError(f"people is {text!r}, of which {entry.strip()!r} cannot be read; write {FORMS}")
        if person in strengths:
            raise ValueError(f"people is {text!r}, which names {person} twice; write each person once")
        strengths[person] = strength
    return strengths


def from_left(faces: list[Face]) -> list[Face]:
    """The faces from left to right, by the centres of their boxes."""
    return sorted(faces, key=lambda face: (face.box[0] + face.box[2] / 2, face.box[1] + face.box[3] / 2))


def count_people(faces: list[Face]) -> list[Face]:
    """The faces of one picture in their order, with `person` counted from left to right, from 1."""
    numbers = {id(face): number for number, face in enumerate(from_left(faces), 1)}
    return [replace(face, person=numbers[id(face)]) for face in faces]


def choose_people(faces: list[Face], people: Mapping[int, float] | None) -> list[Face]:
    """Those of the faces whom `people` (`parse_people`) names with a strength above 0, each with that strength."""
    if people is None:
        return list(faces)
    return [replace(face, strength=people[face.person]) for face in faces if people.get(face.person, 0) > 0]


def with_bystanders(chosen: list[Face], everyone: list[Face]) -> list[Face]:
    """The chosen faces and, at strength 0, all others of their picture: nothing of those is a chosen one's hair."""
    persons = {face.person for face in chosen}
    return chosen + [replace(face, strength=0.0) for face in everyone if face.person not in persons]
