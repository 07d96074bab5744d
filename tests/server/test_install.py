"""The archive of the registry, unpacked into a ComfyUI that has no checkout of the pack."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
import zipfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import tomllib

from testing.server import comfy_server
from testing.server.comfy_server import PACK_FOLDER, ComfyServer, comfyui_dir
from testing.server.photo_run import only_node
from testing.server.shared_workflows import ROOT, WORKFLOW_FILES, load_workflow
from testing.server.workflow_to_api import workflow_to_api

pytestmark = [pytest.mark.server, pytest.mark.slow]
NAME = "softfocus"  # the folder is named by [project].name, unlike a clone's
# The host has its own modules loaded before it comes to custom nodes, its web server among them.
LOAD = """
import asyncio, sys
sys.path.insert(0, {root!r})
import pathlib
from testing import host_in_process
host_in_process.ROOT = pathlib.Path({pack!r})
sys.path.insert(0, str(host_in_process.comfyui_dir()))
from comfy.cli_args import args
args.cpu = True
import aiohttp.web, comfy.model_management, comfy.sd, comfy_api.latest, folder_paths
before = set(sys.modules)
pack = host_in_process.load_pack()
ids = [each.GET_SCHEMA().node_id for each in asyncio.run(pack.comfy_entrypoint().get_node_list())]
new = {{name.partition(".")[0] for name in set(sys.modules) - before}} - sys.stdlib_module_names
print("ids", *ids)
print("new", *new - {{host_in_process.PACK}})
"""


def unpack(folder: Path) -> Path:
    command = [sys.executable, "-m", "tools.write.build_archive", folder / "softfocus.zip"]
    subprocess.run(command, check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    with zipfile.ZipFile(folder / "softfocus.zip") as archive:
        archive.extractall(folder / NAME)
    return folder / NAME


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ComfyServer]:
    """A server whose only custom node is the unpacked archive, with the packages of its requirements.txt, newly got."""
    packages = tmp_path_factory.mktemp("packages")
    prepare = comfy_server.prepare_base

    def prepare_installed(base: Path, host: Path) -> None:
        prepare(base, host)
        (base / "custom_nodes" / PACK_FOLDER).unlink()
        pack = unpack(base / "custom_nodes")
        pip = [sys.executable, "-m", "pip", "install", "-q", "--no-deps", "--target", str(packages)]
        subprocess.run([*pip, "-r", str(pack / "requirements.txt")], check=True)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(comfy_server, "prepare_base", prepare_installed)
        patch.setenv("PYTHONPATH", str(packages))
        with ComfyServer() as running:
            yield running


@pytest.fixture(scope="module")
def info(installed: ComfyServer) -> dict[str, Any]:
    return installed.client.get_json("/object_info")


def test_every_node_is_there_and_the_log_is_clean(installed, info):
    listed = json.loads((ROOT / "node_list.json").read_text(encoding="utf-8"))
    assert {name: info[name]["display_name"] for name in listed if name in info} == listed
    assert {each for each in info if each.startswith("SoftFocus")} == set(listed)
    log = installed.log.read_text(errors="replace")
    (failed,) = re.findall(rf" [0-9.]+ seconds( \(IMPORT FAILED\))?: .*/{NAME}$", log, re.MULTILINE)
    assert not failed


def test_pages_find_workflows_blueprints_and_script(installed):
    templates = installed.client.get_json("/workflow_templates")[NAME]
    assert sorted(templates) == sorted(path.stem for path in WORKFLOW_FILES)
    served = installed.client.get_json("/global_subgraphs")
    ours = {each["name"]: key for key, each in served.items() if each["info"]["node_pack"] == f"custom_nodes.{NAME}"}
    assert sorted(ours) == sorted(path.stem for path in (ROOT / "subgraphs").glob("*.json"))
    for name, key in ours.items():
        data = json.loads(installed.client.get_json(f"/global_subgraphs/{key}")["data"])
        assert data["definitions"]["subgraphs"][0]["name"] == name
    scripts = [each for each in installed.client.get_json("/extensions") if each.startswith(f"/extensions/{NAME}/")]
    assert scripts == [f"/extensions/{NAME}/softfocus.js"]


def test_photo_workflow_runs(installed, info):
    prompt = workflow_to_api(load_workflow("your photo"), info)
    outputs = installed.client.run(prompt)
    (saved,) = outputs[only_node(prompt, "SaveImage")]["images"]
    assert installed.client.fetch(saved).startswith(b"\x89PNG")


def test_pack_loads_without_its_weights_and_without_other_packages(tmp_path):
    """No file of weights is there to be read, so none is read at import.

    `benchmarks.latency.pack_load` says how long it takes.

    What the host has not loaded by then is loaded where it is used.
    """
    pack = unpack(tmp_path)
    weights = sorted(pack.rglob("*.safetensors"))
    assert weights
    for path in weights:
        path.unlink()
    code = LOAD.format(root=str(ROOT), pack=str(pack))
    environment = {**os.environ, "COMFYUI_DIR": str(comfyui_dir())}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)
    assert done.returncode == 0, done.stderr
    printed = {kind: names for kind, *names in map(str.split, done.stdout.splitlines()) if kind in ("ids", "new")}
    assert set(printed["ids"]) == set(json.loads((ROOT / "node_list.json").read_text(encoding="utf-8")))
    assert printed["new"] == []


def test_folder_is_named_as_the_registry_names_it():
    assert tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["name"] == NAME
