"""The pack as a whole: what importing it does, what it depends on, and what must never be in it."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

from testing import host_in_process

ROOT = Path(__file__).resolve().parent.parent
SHIPPED = [ROOT / "__init__.py", *sorted((ROOT / "nodes").rglob("*.py")), *sorted((ROOT / "softfocus").rglob("*.py"))]
HOST_PROVIDES = {
    "aiohttp",
    "av",
    "torch",
    "numpy",
    "PIL",
    "comfy",
    "comfy_api",
    "comfy_execution",
    "folder_paths",
    "safetensors",
    "scipy",
    "torchvision",
    "transformers",
}
# Each declared dependency, and the file that uses it.
USES = {
    "kornia": "softfocus/quality/effect/tone.py",
    "opencv-python": "softfocus/opencv.py",
    "safetensors": "softfocus/pack_weights.py",
    "timm": "nodes/models/timm_model.py",
}
MODULES = {"opencv-python": "cv2"}  # where the package's name is not that of its module


def imported_packages(path: Path) -> set[str]:
    """Top-level names of the absolute imports anywhere in a file."""
    names = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.Import):
            names |= {alias.name.split(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            names.add(node.module.split(".")[0])
    return names


def declared(text: str) -> set[str]:
    return {re.split(r"[<>=~! ]", line)[0] for line in text.splitlines() if line and not line.startswith("#")}


def test_every_dependency_is_used_and_every_use_is_declared():
    requirements = declared((ROOT / "requirements.txt").read_text())
    assert requirements == set(USES)
    for package, path in USES.items():
        assert MODULES.get(package, package) in imported_packages(ROOT / path)
    used = set().union(*(imported_packages(path) for path in SHIPPED)) - sys.stdlib_module_names
    assert used - HOST_PROVIDES == {MODULES.get(each, each) for each in requirements} - HOST_PROVIDES


def test_pyproject_and_requirements_agree():
    text = (ROOT / "pyproject.toml").read_text()
    (line,) = re.findall(r"^dependencies = \[(.*)\]$", text, re.MULTILINE)
    assert set(re.findall(r'"([^"]+)"', line)) == set((ROOT / "requirements.txt").read_text().split())


def test_imports_run_one_way():
    """softfocus knows nothing of ComfyUI, and only nodes/ and tests know nodes/."""
    for path in (ROOT / "softfocus").rglob("*.py"):
        assert not imported_packages(path) & {"comfy", "comfy_api", "folder_paths", "nodes", "server"}, path
        assert "from ..nodes" not in path.read_text() and "from ...nodes" not in path.read_text()


def test_importing_the_pack_imports_nothing_of_comfyui():
    """Scanners and pytest import __init__.py without ComfyUI; NODE_CLASS_MAPPINGS would switch the V3 entry off."""
    code = (
        "import importlib.util, sys\n"
        f"spec = importlib.util.spec_from_file_location('pack', {str(ROOT / '__init__.py')!r},"
        f" submodule_search_locations=[{str(ROOT)!r}])\n"
        "module = importlib.util.module_from_spec(spec); spec.loader.exec_module(module)\n"
        "assert callable(module.comfy_entrypoint) and module.WEB_DIRECTORY == './web'\n"
        "assert not hasattr(module, 'NODE_CLASS_MAPPINGS')\n"
        "assert not {'torch', 'comfy', 'comfy_api'} & set(sys.modules)\n"
    )
    subprocess.run([sys.executable, "-c", code], check=True)


LOAD_WITHOUT = """
import importlib.machinery, sys
class Broken:  # found, but fails when imported: others may look for it unharmed
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in {blocked!r}:
            return importlib.machinery.ModuleSpec(name, self)
    def create_module(self, spec):
        raise ImportError(f"{{spec.name}}: libGL.so.1: cannot open shared object file")
    def exec_module(self, module):
        pass
sys.meta_path.insert(0, Broken())
sys.path[:0] = [{root!r}]
import asyncio, json, torch
from testing import host_in_process
pack = host_in_process.load_pack()
nodes = asyncio.run(pack.comfy_entrypoint().get_node_list())
with open({root!r} + "/node_list.json") as listed:
    assert {{node.GET_SCHEMA().node_id for node in nodes}} == set(json.load(listed))
for node in nodes:
    image = torch.rand(1, 40, 50, 3)
    given = {{part.id: image for part in node.GET_SCHEMA().inputs if part.io_type == "IMAGE" and not part.optional}}
    if not given:
        continue
    more = {{"SoftFocusQualityScore": {{"reference": image}}, "SoftFocusMaskRefine": {{"mask": image[..., 0]}}}}
    extra = more.get(node.GET_SCHEMA().node_id, {{}})
    result = host_in_process.run_node(node, **given, **extra).args
    if "reference" in extra:
        assert ("kornia" in result[2]) == ("kornia" in {blocked!r})
"""


@pytest.mark.host
@pytest.mark.parametrize("blocked", [{"cv2", "timm"}, {"cv2", "timm", "kornia"}])
def test_every_node_loads_and_runs_without_optional_packages(blocked):
    host_in_process.comfyui_dir()
    code = LOAD_WITHOUT.format(blocked=blocked, root=str(ROOT))
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert done.returncode == 0, done.stderr


FORBIDDEN = re.compile(
    r"\.cuda\(|[\"']cuda[\"']|torch\.load\(|\bpickle\b|\brequests\b|urllib|urlopen|subprocess|os\.system|"
    r"\beval\(|\bexec\(|^\s*print\(|except:\s*$|torch\.autocast|__import__",
    re.MULTILINE,
)


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: str(path.relative_to(ROOT)))
def test_shipped_source_is_ascii_and_free_of_what_the_registry_flags(path):
    text = path.read_bytes().decode("ascii")
    assert not FORBIDDEN.findall(text)


def test_weights_are_small_and_credited():
    files = sorted((ROOT / "softfocus" / "weights").glob("*.safetensors"))
    notice = (ROOT / "softfocus" / "weights" / "NOTICE").read_text()
    assert files and sum(path.stat().st_size for path in files) < 4e6
    assert all(path.name in notice for path in files)


def test_versions_agree():
    (version,) = re.findall(r'^version = "(.+)"$', (ROOT / "pyproject.toml").read_text(), re.MULTILINE)
    assert f"## {version}" in (ROOT / "CHANGELOG.md").read_text()
    for path in (ROOT / "workflows").glob("*.json"):
        assert f'"ver": "{version}"' in path.read_text(), path.name


def test_only_workflows_is_taken_for_templates():
    """A host serves the first of these folders that a pack has, and none of the others."""
    folders = ("example_workflows", "example", "examples", "workflow", "workflows")
    assert [each for each in folders if (ROOT / each).is_dir()] == ["workflows"]
