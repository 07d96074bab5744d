"""locales/: English equals the schema, and Chinese and Japanese are complete, current and really translated."""

from __future__ import annotations

import json
import re
from collections import Counter

import pytest

from tools.write import make_locales

pytestmark = pytest.mark.host
HOW = "run `python -m tools.write.make_locales`, translate what it lists, then run it with --translated"
# The same in every language: names of things, and numbers of a combo.
SAME = {
    "SoftFocusMaskRefine.inputs.backend.options.ViTMatte",
    "SoftFocusFeatureSharpen.inputs.upsample.options.1",
    "SoftFocusFeatureSharpen.inputs.upsample.options.2",
    "SoftFocusFeatureSharpen.inputs.upsample.options.4",
}
SYNTAX = re.compile(r"[{}@|]|%\{|<\w")  # means something to the page's message format, or is taken for HTML
NUMBER = re.compile(r"\d+(?:\.\d+)?")
# Ids, folders, file names and colours: what a user types or looks for.
TECHNICAL = re.compile(r"[a-z]+(?:_[a-z]+)+|models/\w+/|\w+\.(?:json|safetensors)|#\w+|\d>\d")
KANA, HAN = re.compile(r"[\u3040-\u30ff]"), re.compile(r"[\u4e00-\u9fff]")
each_language = pytest.mark.parametrize("language", make_locales.LANGUAGES)


@pytest.fixture(scope="module")
def english(pack) -> dict[str, str]:
    return dict(make_locales.strings(make_locales.english()))


@pytest.fixture
def translated(language) -> dict[str, str]:
    return dict(make_locales.strings(make_locales.read(language)))


def test_english_is_that_of_the_nodes(english):
    """The page prefers the file to the schema, so that an old file would show old texts."""
    assert dict(make_locales.strings(make_locales.read("en"))) == english, HOW


def test_no_string_has_changed_since_it_was_translated(pack):
    assert make_locales.stale(make_locales.english()) == [], HOW


def test_a_changed_string_is_noticed(pack):
    definitions = make_locales.english()
    before = set(make_locales.stale(definitions))
    definitions["SoftFocusLuminanceBloom"]["inputs"]["radius"]["tooltip"] += " More."
    del definitions["SoftFocusMaskRefine"]["outputs"]["1"]["name"]
    changed = {"SoftFocusLuminanceBloom.inputs.radius.tooltip", "SoftFocusMaskRefine.outputs.1.name"}
    assert set(make_locales.stale(definitions)) - before == changed


@each_language
def test_the_same_strings_are_there_in_the_same_order(english, translated):
    assert list(translated) == list(english), HOW


@each_language
def test_every_string_is_in_the_language(english, translated, language):
    for path, text in translated.items():
        assert text.strip() == text != "", path
        assert (text == english[path]) == (path in SAME), f"{path}: {text}"
        assert path in SAME or HAN.search(text) or KANA.search(text), path
        assert language == "ja" or not KANA.search(text), path
        # A Japanese sentence without kana is a Chinese one.
        assert language == "zh" or len(HAN.findall(text)) < 8 or KANA.search(text), path


@each_language
def test_numbers_and_technical_words_are_kept(english, translated):
    for path, text in translated.items():
        for part in (NUMBER, TECHNICAL):
            if path.endswith(".tooltip") or path.endswith(".description"):
                wanted, found = (Counter(part.findall(each)) for each in (english[path], text))
                assert not wanted - found, f"{path}: {wanted - found} is missing in {text}"
                assert part is TECHNICAL or not found - wanted, f"{path}: {found - wanted} is new in {text}"


@pytest.mark.parametrize("language", ["en", *make_locales.LANGUAGES])
def test_the_page_can_read_every_string(translated):
    for path, text in translated.items():
        assert not SYNTAX.search(text), path
        assert not any("." in name for name in path.split(".options.")[1:]), path


@each_language
def test_punctuation_is_that_of_the_language(translated):
    for path, text in translated.items():
        assert not re.search(r"[\u3040-\u9fff][,.;:!?]|[,;:!?][\u3040-\u9fff]", text), f"{path}: {text}"


@each_language
def test_inputs_of_a_node_have_different_names(translated):
    """Else the user cannot tell its widgets apart."""
    by_node: dict[str, list[str]] = {}
    for path, text in translated.items():
        if re.search(r"\.inputs\.\w+\.name$", path):
            by_node.setdefault(path.split(".")[0], []).append(text)
    for node, names in by_node.items():
        assert len(set(names)) == len(names), node


def test_settings_of_the_page_have_a_name_in_every_language():
    page = (make_locales.ROOT / "web" / "softfocus.js").read_text(encoding="utf-8")
    ids = [text.replace(".", "_") for text in re.findall(r'"(SoftFocus\.\w+)"', page)]
    names = {}
    for language in ("en", *make_locales.LANGUAGES):
        settings = json.loads((make_locales.FOLDER / language / "settings.json").read_text(encoding="utf-8"))
        assert list(settings) == ids
        names[language] = [each["name"] for each in settings.values()]
    assert names["en"] == re.findall(r'^      name: "(.*)",$', page, re.MULTILINE)
    assert all(HAN.search(name) for name in names["zh"]) and all(KANA.search(name) for name in names["ja"])
