"""The converter of the cascade for drawn faces: only the known file, and the pattern's bits in their order."""

from __future__ import annotations

import pytest

from softfocus.faces.nets.weights import DRAWN_FILE
from softfocus.pack_weights import FOLDER
from tools.convert.convert_drawn_faces import SHA256, _members, read_cascade


def test_another_file_is_refused():
    with pytest.raises(ValueError, match=r"lbpcascade_animeface\.xml"):
        read_cascade(b"<opencv_storage/>")


def test_bits_of_signed_words_lowest_first():
    bits = _members([1, -1, -2, 0, 0, 0, 0, -(2**31)])
    assert bits[:32] == [1] + 31 * [0] and bits[32:64] == 32 * [1] and bits[64:96] == [0] + 31 * [1]
    assert sum(bits[96:]) == 1 and bits[255] == 1


def test_notice_names_file_source_and_hash():
    notice = (FOLDER / "NOTICE").read_text()
    assert DRAWN_FILE in notice and SHA256 in notice and "nagadomi" in notice
