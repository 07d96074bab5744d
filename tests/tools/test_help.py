"""The help pages say what the nodes are: inputs, defaults, ranges and outputs of the schema, pictures that exist."""

from __future__ import annotations

import io
import re
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest
import torch
from PIL import Image

from tools.write import make_help_pictures, make_locales

DOCS = Path(__file__).resolve().parents[2] / "web" / "docs"
PAGES = sorted(DOCS.rglob("*.md"))
LANGUAGES = {"zh", "ja"}
OPTIONAL = {"en": "optional", "zh": "\u53ef\u9009", "ja": "\u4efb\u610f"}
EMPTY = {"en": "(empty)", "zh": "\uff08\u7a7a\uff09", "ja": "\uff08\u7a7a\uff09"}
FOLDER_BYTES = 600_000
NUMBER = r"-?\d+(?:\.\d+)?"
CODE = re.compile(r"`([^`]+)`")

pytestmark = pytest.mark.host
each_page = pytest.mark.parametrize("page", PAGES, ids=lambda page: str(page.relative_to(DOCS)))


def node_and_language(page: Path) -> tuple[str, str]:
    return (page.stem, "en") if page.parent == DOCS else (page.parent.name, page.stem)


def sections(text: str) -> list[str]:
    """What stands below the headings: inputs, outputs, recipes and so on."""
    return re.split(r"^## .*\n", text, flags=re.MULTILINE)[1:]


def entries(section: str) -> list[tuple[str, str, str, str]]:
    """Id, translated name, default, and type or range of each line such as - `sigma` name **1** (0 to 9): told."""
    line = r"^- `(\w+)`(?: ([^*( ][^*(]*?))?(?: \*\*(.+?)\*\*)? \((.+?)\)(?:: |\uff1a).+$"
    found = re.findall(line, section, re.MULTILINE)
    assert len(found) == len(re.findall(r"^- ", section, re.MULTILINE)), section
    return found


def plain(value: Any) -> str:
    if isinstance(value, bool):
        return str(value).lower()
    return f"{value:g}" if isinstance(value, int | float) else f"`{value}`"


@pytest.fixture(scope="module")
def inputs(pack) -> dict[str, dict[str, dict[str, Any]]]:
    """What a page must say of each input of each node, by ids."""
    return {cls.GET_SCHEMA().node_id: dict(map(described, cls.GET_SCHEMA().inputs)) for cls in nodes_of(pack)}


def nodes_of(pack: Any) -> list[Any]:
    return sys.modules[pack.__name__ + ".nodes"].NODES


def described(part: Any) -> tuple[str, dict[str, Any]]:
    kept = ("default", "min", "max", "options", "optional")
    return part.id, {name: getattr(part, name, None) for name in kept} | {"type": part.io_type}


def test_every_node_has_a_page_and_every_page_a_node(inputs):
    assert {node_and_language(page) for page in PAGES} == {
        (node, language) for node in inputs for language in {"en", *LANGUAGES}
    }


@each_page
def test_inputs_defaults_and_ranges_are_those_of_the_node(page, inputs):
    node, language = node_and_language(page)
    rows = entries(sections(page.read_text(encoding="utf-8"))[0])
    assert [row[0] for row in rows] == list(inputs[node])
    for name, _, default, allowed in rows:
        wanted = inputs[node][name]
        is_widget = wanted["default"] is not None
        shown = EMPTY[language] if wanted["default"] == "" else plain(wanted["default"])
        assert default == (shown if is_widget else ""), name
        if wanted["max"] is not None:
            assert [float(each) for each in re.findall(NUMBER, allowed)[:2]] == [wanted["min"], wanted["max"]], name
        elif wanted["options"] is not None:
            assert CODE.findall(allowed) == wanted["options"], name
        elif not is_widget:
            assert re.findall(r"[A-Z_]{4,}", allowed) == [wanted["type"]], name
            assert (OPTIONAL[language] in allowed) == bool(wanted["optional"]), name


@each_page
def test_names_are_those_that_the_node_shows_in_the_language(page):
    node, language = node_and_language(page)
    text, names = page.read_text(encoding="utf-8"), make_locales.read(language)[node]
    assert text.splitlines()[0] == f"# {names['display_name']}"
    for section, group in zip(sections(text), ("inputs", "outputs"), strict=False):
        shown = ["" if language == "en" else each["name"] for each in names[group].values()]
        assert [name for _, name, _, _ in entries(section)] == shown


@each_page
def test_outputs_are_those_of_the_node(page, pack):
    node, _ = node_and_language(page)
    (cls,) = [each for each in nodes_of(pack) if each.GET_SCHEMA().node_id == node]
    wanted = [(part.display_name, part.io_type) for part in cls.GET_SCHEMA().outputs]
    rows = entries(sections(page.read_text(encoding="utf-8"))[1])
    assert [(name, kind) for name, _, _, kind in rows] == wanted


@each_page
def test_values_in_the_text_can_be_set(page, inputs):
    """`name` 0.5 and `name` `option`, of this node or of one that its text names."""
    node, _ = node_and_language(page)
    text = "\n".join(sections(page.read_text(encoding="utf-8"))[2:])
    known = [inputs[node], *(each for name, each in inputs.items() if name != node)]
    values = re.findall(rf"`(\w+)` (?:({NUMBER})|`([^`]+)`)", text)
    assert values, "no recipe"
    for name, number, option in values:
        wanted = next((each[name] for each in known if name in each), None)
        assert wanted is not None, f"no node has {name}"
        if wanted["options"] is not None:
            assert (option or number) in wanted["options"], (name, option)
        elif wanted["max"] is not None:
            assert wanted["min"] <= float(number) <= wanted["max"], (name, number)


@each_page
def test_words_in_code_are_names_that_exist(page, inputs):
    """A misspelt widget in the text: every word with an underscore is an input, an output or a folder's."""
    node, _ = node_and_language(page)
    text = page.read_text(encoding="utf-8")
    known = {name for each in inputs.values() for name in each} | {row[0] for row in entries(sections(text)[1])}
    known |= {"detail_mask", "face_mask"}  # outputs of Face Detail Mask that other pages name
    assert {word for word in CODE.findall(text) if re.fullmatch(r"[a-z]+(_[a-z]+)+", word)} <= known


@each_page
def test_translated_pages_have_the_numbers_and_pictures_of_the_english_one(page):
    node, language = node_and_language(page)
    if language == "en":
        return
    english, text = ((DOCS / f"{node}.md").read_text(encoding="utf-8"), page.read_text(encoding="utf-8"))
    for part in (rf"`\w+` (?:{NUMBER}|`[^`]+`)", r"\]\(([^)]+)\)", r"^## ", r"^- "):
        assert re.findall(part, text, re.MULTILINE) == re.findall(part, english, re.MULTILINE), part
    assert Counter(re.findall(r"\d+(?:\.\d+)?", text)) == Counter(re.findall(r"\d+(?:\.\d+)?", english))


def test_pictures_are_there_used_and_small():
    shown = {path for page in PAGES for path in re.findall(r"!\[[^]]+\]\(([^)]+)\)", page.read_text(encoding="utf-8"))}
    files = {path.relative_to(DOCS).as_posix() for path in (DOCS / "pictures").iterdir()}
    assert shown == files and len(files) == len(make_help_pictures.PAGES)
    assert sum(path.stat().st_size for path in DOCS.rglob("*") if path.is_file()) <= FOLDER_BYTES
    for page in PAGES:
        assert "](pictures/" in page.read_text(encoding="utf-8"), page


@pytest.mark.parametrize(
    "name", ["face_detail_mask", "selective_gaussian_blur", "luminance_bloom", "diffusion_filter", "feature_sharpen"]
)
def test_pictures_are_what_the_nodes_make_now(pack, name):
    """Run `python -m tools.write.make_help_pictures` where this fails and the change is wanted."""
    stored, drawn = (DOCS / "pictures" / f"{name}.webp").read_bytes(), make_help_pictures.draw_page(name)
    pictures = [torch.frombuffer(bytearray(pixels(each)), dtype=torch.uint8).float() for each in (stored, drawn)]
    mean = float((pictures[0] - pictures[1]).abs().mean())
    assert mean < 0.2, f"{mean:.2f}/255 away: run python -m tools.write.make_help_pictures {name}"


def pixels(file: bytes) -> bytes:
    with Image.open(io.BytesIO(file)) as picture:
        return picture.convert("RGB").tobytes()
