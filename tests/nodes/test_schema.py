"""The public contract: ids, inputs in order, defaults, outputs. A saved workflow depends on every line of it."""

from __future__ import annotations

import inspect
import json
import sys
from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.host
GOLDEN = Path(__file__).with_name("schema.json")
KEPT = ("type", "optional", "default", "min", "max", "step", "options", "multiline", "forceInput")


def describe(cls: Any) -> dict[str, Any]:
    """The parts of a node's definition that saved workflows and other packs depend on."""
    info = cls.GET_NODE_INFO_V1()
    inputs = []
    for section in ("required", "optional"):
        for name, (kind, *extra) in info["input"].get(section, {}).items():
            options = extra[0] if extra else {}
            if isinstance(kind, list):
                options, kind = {**options, "options": kind}, "COMBO"
            entry = {"name": name, "type": kind, "optional": section == "optional", **options}
            inputs.append({key: entry[key] for key in ("name", *KEPT) if key in entry})
    return {
        "display_name": info["display_name"],
        "category": info["category"],
        "output_node": info["output_node"],
        "inputs": inputs,
        "outputs": [list(pair) for pair in zip(info["output"], info["output_name"], strict=True)],
    }


@pytest.fixture(scope="module")
def classes(pack):
    return sys.modules[pack.__name__ + ".nodes"].NODES


def test_definitions_are_the_recorded_ones(classes):
    """A difference here breaks saved workflows: inputs may only be appended, in schema.json too."""
    found = {cls.GET_SCHEMA().node_id: describe(cls) for cls in classes}
    assert json.loads(json.dumps(found)) == json.loads(GOLDEN.read_text())


def test_everything_has_a_tooltip(classes):
    for cls in classes:
        schema = cls.GET_SCHEMA()
        assert schema.description
        for part in (*schema.inputs, *schema.outputs):
            assert part.tooltip, f"{schema.node_id}: {getattr(part, 'id', part.display_name)}"


def test_prompts_without_an_optional_widget_run_with_its_default(classes):
    """Such as those saved before the widget was appended: the host then gives the node nothing for it."""
    for cls in classes:
        given = inspect.signature(cls.execute).parameters
        for part in cls.GET_SCHEMA().inputs:
            if part.optional and getattr(part, "default", None) is not None:
                assert given[part.id].default == part.default, f"{cls.__name__}.{part.id}"


def test_ids_are_literals_in_direct_subclasses():
    """ComfyUI Manager finds nodes by reading the source: a literal node_id in a class based on io.ComfyNode."""
    folder = Path(__file__).resolve().parents[2] / "nodes"
    sources = "\n".join(path.read_text() for path in folder.glob("*.py"))
    for node_id in json.loads(GOLDEN.read_text()):
        assert f'node_id="{node_id}"' in sources
    assert sources.count("(io.ComfyNode):") == len(json.loads(GOLDEN.read_text()))


def test_only_keywords_newer_than_the_floor_are_dropped(pack):
    schema = sys.modules[pack.__name__ + ".nodes.host.schema"]

    def old_host(name, default=None):
        return name, default

    assert schema.supported(old_host, "x", default=1, advanced=True, search_aliases=["y"]) == ("x", 1)
    with pytest.raises(TypeError):
        schema.supported(old_host, "x", defalt=1)
