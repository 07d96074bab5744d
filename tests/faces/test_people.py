"""The text that names people, numbers from left to right, and who is chosen by them."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from softfocus.faces import Face, choose_people, count_people, parse_people, with_bystanders

STRENGTHS = st.dictionaries(st.integers(1, 999), st.integers(0, 100).map(lambda percent: percent / 100), min_size=1)
SPACE = st.sampled_from(["", " ", "  ", "\t", "\n"])


def face_in(left: float, person: int = 0, width: float = 10.0) -> Face:
    return Face((left, 0.0, width, 10.0), 0.9, person=person)


@pytest.mark.parametrize("text", ["all", "", "  ", " All\n", "ALL"])
def test_everybody(text):
    assert parse_people(text) is None


@pytest.mark.parametrize(
    ("text", "wanted"),
    [
        ("2", {2: 1.0}),
        ("1, 3", {1: 1.0, 3: 1.0}),
        ("3,1", {3: 1.0, 1: 1.0}),
        ("1: 1.0, 2: 0.4", {1: 1.0, 2: 0.4}),
        (" 1 : .5 ,\n2:1.", {1: 0.5, 2: 1.0}),
        ("1: 0, 12", {1: 0.0, 12: 1.0}),
        ("\uff11\uff1a0.5\uff0c\uff12", {1: 0.5, 2: 1.0}),  # full-width
    ],
)
def test_numbers_and_strengths(text, wanted):
    assert parse_people(text) == wanted


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("two", "two"),
        ("1;2", "1;2"),
        ("1: 3", "1: 3"),
        ("1: 1.01", "1: 1.01"),
        ("0", "0"),
        ("-1", "-1"),
        ("1: -0.5", "1: -0.5"),
        ("1: x", "1: x"),
        ("1 1", "1 1"),
        ("1.5", "1.5"),
        ("1:", "1:"),
        ("1: nan", "1: nan"),
        ("1, , 2", ""),
        ("1,", ""),
        ("all, 1", "all"),
        ("1: 0.5: 2", "1: 0.5: 2"),
        ("9" * 5000, "9" * 5000),
    ],
)
def test_what_cannot_be_read_is_named(text, what):
    with pytest.raises(ValueError) as error:
        parse_people(text)
    assert str(error.value).startswith(f"people is {text!r}, of which {what!r} cannot be read; write all, numbers")


@pytest.mark.parametrize("text", ["1, 1", "1, 1: 0.5", "2: 0, 1, 2: 0"])
def test_nobody_is_named_twice(text):
    with pytest.raises(ValueError, match=r"people is .*, which names [12] twice; write each person once"):
        parse_people(text)


@given(STRENGTHS, st.data())
def test_what_is_written_is_read(strengths, data):
    def part(person: int, strength: float) -> str:
        words = [str(person)] if strength == 1 and data.draw(st.booleans()) else [str(person), ":", str(strength)]
        return "".join(data.draw(SPACE) + word + data.draw(SPACE) for word in words)

    assert parse_people(",".join(part(*each) for each in strengths.items())) == strengths


@given(st.text(alphabet="0123456789:;,. -+eal_x", max_size=12))
def test_any_text_is_read_or_refused(text):
    try:
        strengths = parse_people(text)
    except ValueError as error:
        assert "people" in str(error) and repr(text) in str(error)
    else:
        assert all(person >= 1 and 0 <= strength <= 1 for person, strength in (strengths or {}).items())


@given(st.lists(st.integers(-500, 500), max_size=6))
def test_people_are_counted_from_left_to_right_in_their_order(lefts):
    faces = [face_in(left) for left in lefts]
    counted = count_people(faces)
    assert [face.box for face in counted] == [face.box for face in faces]
    assert sorted(face.person for face in counted) == list(range(1, len(faces) + 1))
    by_number = sorted(counted, key=lambda face: face.person)
    assert [face.box[0] for face in by_number] == sorted(lefts)


def test_the_centre_counts_not_the_left_edge():
    assert [face.person for face in count_people([face_in(0, width=100), face_in(10)])] == [2, 1]


def test_chosen_are_those_named_with_their_strengths():
    faces = [face_in(0, 2), face_in(20, 1), face_in(40, 3)]
    assert choose_people(faces, None) == faces
    chosen = choose_people(faces, {1: 0.4, 2: 1.0, 3: 0.0, 9: 1.0})
    assert [(face.person, face.strength) for face in chosen] == [(2, 1.0), (1, 0.4)]
    assert choose_people(faces, {4: 1.0}) == []


def test_bystanders_are_there_without_strength():
    faces = [face_in(0, 1), face_in(20, 2)]
    chosen = choose_people(faces, {2: 0.5})
    assert [(face.person, face.strength) for face in with_bystanders(chosen, faces)] == [(2, 0.5), (1, 0.0)]
    assert with_bystanders(faces, faces) == faces
