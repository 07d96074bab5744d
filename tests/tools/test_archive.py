"""What the registry would publish: which files, how large, and what its checks and ComfyUI-Manager find in it."""

from __future__ import annotations

import ast
import json
import re
import subprocess
import sys
import zipfile
from pathlib import Path

import pytest
import tomllib

ROOT = Path(__file__).resolve().parents[2]
from testing.server.workflow_to_api import NOTES  # noqa: E402
from tools.write.build_archive import build_archive  # noqa: E402

LARGEST = 5_000_000  # bytes; the weights are 2.8 million of them
ENTRIES = {"__init__.py", "nodes", "softfocus", "web", "workflows", "subgraphs", "locales", "pyproject.toml"}
TEXTS = {"requirements.txt", "README.md", "CHANGELOG.md", "LICENSE", "node_list.json"}
REGISTRY_RULES = "S102,S307,E702"  # what `comfy node validate` and `comfy node publish` ask of ruff
GRAPHS = sorted([*(ROOT / "workflows").glob("*.json"), *(ROOT / "subgraphs").glob("*.json")])


@pytest.fixture(scope="module")
def archive(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_archive(tmp_path_factory.mktemp("archive") / "softfocus.zip")


@pytest.fixture(scope="module")
def unpacked(archive: Path) -> Path:
    folder = archive.parent / "softfocus"
    with zipfile.ZipFile(archive) as opened:
        opened.extractall(folder)
    return folder


def test_archive_holds_the_pack_and_nothing_else(unpacked):
    assert {path.name for path in unpacked.iterdir()} == ENTRIES | TEXTS
    for folder in ("nodes", "softfocus", "web", "workflows", "subgraphs", "locales"):
        sources = {path.relative_to(ROOT) for path in (ROOT / folder).rglob("*") if path.is_file()}
        packed = {path.relative_to(unpacked) for path in (unpacked / folder).rglob("*") if path.is_file()}
        assert packed == {path for path in sources if path.suffix != ".pyc"}, folder
    strays = [path for path in unpacked.rglob("*") if re.match(r"(test_|conftest|\.)", path.name)]
    assert not strays


@pytest.mark.parametrize("left", ["build/lib/softfocus/look.py", "softfocus.egg-info/PKG-INFO"])
def test_what_pip_leaves_in_a_clone_is_not_published(left):
    assert subprocess.run(["git", "-C", str(ROOT), "check-ignore", "-q", left]).returncode == 0


def test_archive_is_small(archive):
    assert archive.stat().st_size < LARGEST


def test_registry_lint_finds_nothing(unpacked):
    command = [sys.executable, "-m", "ruff", "check", "--isolated", "--no-cache", "--select", REGISTRY_RULES, "."]
    done = subprocess.run(command, cwd=unpacked, capture_output=True, text=True)
    assert done.returncode == 0, done.stdout + done.stderr


def test_registry_can_read_the_project(unpacked):
    data = tomllib.loads((unpacked / "pyproject.toml").read_text(encoding="utf-8"))
    project, comfy = data["project"], data["tool"]["comfy"]
    assert re.fullmatch(r"[a-z][a-z0-9-]{0,99}", project["name"]) and "comfyui" not in project["name"]
    assert re.fullmatch(r"\d+\.\d+\.\d+", project["version"])
    assert (unpacked / project["license"]["file"]).is_file() and (unpacked / project["readme"]).is_file()
    assert not {"torch", "torchvision", "numpy"} & {re.split(r"[<>=~]", each)[0] for each in project["dependencies"]}
    assert comfy["DisplayName"] and comfy["requires-comfyui"].startswith(">=") and "web" not in comfy


def node_classes(folder: Path) -> dict[str, ast.ClassDef]:
    """Classes with ComfyNode or io.ComfyNode as a base, by name."""
    trees = [ast.parse(path.read_text(encoding="utf-8")) for path in sorted(folder.rglob("*.py"))]
    classes = [each for tree in trees for each in ast.walk(tree) if isinstance(each, ast.ClassDef)]
    bases = {each.name: {getattr(base, "attr", getattr(base, "id", "")) for base in each.bases} for each in classes}
    return {each.name: each for each in classes if "ComfyNode" in bases[each.name]}


def literal_ids(node_class: ast.ClassDef) -> list[tuple[str, str]]:
    """(name of what is called, literal node_id) in `define_schema`."""
    methods = [each for each in node_class.body if isinstance(each, ast.FunctionDef) and each.name == "define_schema"]
    calls = [each for method in methods for each in ast.walk(method) if isinstance(each, ast.Call)]
    return [
        (getattr(call.func, "attr", getattr(call.func, "id", "")), word.value.value)
        for call in calls
        for word in call.keywords
        if word.arg == "node_id" and isinstance(word.value, ast.Constant)
    ]


def test_every_node_id_can_be_read_without_running_the_pack(unpacked):
    ids = {name: literal_ids(each) for name, each in node_classes(unpacked).items()}
    assert ids and all(len(found) == 1 for found in ids.values()), ids
    golden = json.loads((ROOT / "tests" / "nodes" / "schema.json").read_text(encoding="utf-8"))
    assert {found[0][1] for found in ids.values()} == set(golden)


def test_manager_knows_every_node_id(unpacked):
    """Its scanner takes node_id from a call of something named Schema only, and adds the keys of node_list.json."""
    classes = node_classes(unpacked).values()
    ids = {node_id for each in classes for _, node_id in literal_ids(each)}
    scanned = {node_id for each in classes for called, node_id in literal_ids(each) if called == "Schema"}
    listed = json.loads((unpacked / "node_list.json").read_text(encoding="utf-8"))
    assert set(listed) == ids
    assert scanned | set(listed) == ids


@pytest.mark.parametrize("path", GRAPHS, ids=lambda path: path.stem)
def test_every_node_of_a_graph_names_its_pack_and_version(path):
    """By these the page offers to install what is missing."""
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    graph = json.loads(path.read_text(encoding="utf-8"))
    subgraphs = graph.get("definitions", {}).get("subgraphs", [])
    own = {each["id"] for each in subgraphs}
    for node in [*graph["nodes"], *(node for each in subgraphs for node in each["nodes"])]:
        if node["type"] not in NOTES:
            ours = node["type"].startswith("SoftFocus") or node["type"] in own
            named = (node["properties"]["cnr_id"], node["properties"]["ver"])
            assert named == (("softfocus", version) if ours else ("comfy-core", "0.3.75")), node["type"]


def test_no_two_blueprints_share_a_node_id():
    """The page of ComfyUI 0.29 took values of one blueprint's widgets for another's where they did."""
    looks = [
        json.loads(path.read_text(encoding="ascii"))["definitions"]["subgraphs"][0]
        for path in (ROOT / "subgraphs").glob("*.json")
    ]
    ids = [node["id"] for look in looks for node in look["nodes"]]
    assert looks and len(ids) == len(set(ids))


@pytest.mark.parametrize("path", sorted((ROOT / "subgraphs").glob("*.json")), ids=lambda path: path.stem)
def test_blueprint_says_what_it_is(path):
    graph = json.loads(path.read_text(encoding="ascii"))  # the host reads it in the encoding of the system
    (look,), (outer,) = graph["definitions"]["subgraphs"], graph["nodes"]
    assert outer["type"] == look["id"] and outer["title"] == look["name"] == path.stem
    assert look["category"].startswith("SoftFocus/") and len(look["description"]) > 60
    assert graph["extra"]["BlueprintDescription"] == look["description"]
    assert outer["inputs"][0]["type"] == outer["outputs"][0]["type"] == "IMAGE"


@pytest.mark.parametrize("path", sorted((ROOT / "subgraphs").glob("*.json")), ids=lambda path: path.stem)
def test_widgets_of_a_blueprint_are_linked_inputs(path):
    """Each leads to one widget inside and starts at its value; `proxyWidgets` would be lost in every second copy."""
    graph = json.loads(path.read_text(encoding="ascii"))
    (look,), (outer,) = graph["definitions"]["subgraphs"], graph["nodes"]
    assert "proxyWidgets" not in outer["properties"]
    assert [each["name"] for each in outer["inputs"]] == [each["name"] for each in look["inputs"]]
    shown = [place for place, each in enumerate(outer["inputs"]) if "widget" in each]
    assert 3 <= len(shown) <= 6
    nodes = {node["id"]: node for node in look["nodes"]}
    for place, value in zip(shown, outer["widgets_values"], strict=True):
        (link,) = [each for each in look["links"] if each["id"] in look["inputs"][place]["linkIds"]]
        assert (link["origin_id"], link["origin_slot"]) == (look["inputNode"]["id"], place)
        node = nodes[link["target_id"]]
        socket = node["inputs"][link["target_slot"]]
        assert socket["link"] == link["id"] and socket["name"] == outer["inputs"][place]["name"]
        widgets = [each["widget"]["name"] for each in node["inputs"] if "widget" in each]
        assert node["widgets_values"][widgets.index(socket["name"])] == value


def test_every_workflow_without_a_checkpoint_is_run_by_comfy_test():
    settings = tomllib.loads((ROOT / "comfy-test.toml").read_text(encoding="utf-8"))
    run = settings["test"]["workflows"]["cpu"]
    texts = {path.name: path.read_text(encoding="utf-8") for path in (ROOT / "workflows").glob("*.json")}
    assert sorted(run) == sorted(name for name, text in texts.items() if "CheckpointLoaderSimple" not in text)
