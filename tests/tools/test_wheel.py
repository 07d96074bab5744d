"""`pip wheel .` gives the library alone, and it makes README's picture in an environment without the repository."""

from __future__ import annotations

import shutil
import subprocess
import sys
import sysconfig
import venv
import zipfile
from pathlib import Path

import numpy
import pytest

from testing.readme import library_example, picture_in, run_library_example
from tools.write.build_archive import ROOT, listed

pytestmark = pytest.mark.slow
PIP = [sys.executable, "-m", "pip", "--disable-pip-version-check", "-q"]
ALONE = """
import importlib.metadata, importlib.util, sys
import softfocus
assert softfocus.__file__.startswith(sys.prefix), softfocus.__file__
assert not any(importlib.util.find_spec(name) for name in ("comfy", "comfy_api", "folder_paths", "nodes", "testing"))
extra = [each for each in importlib.metadata.requires("softfocus") if each.endswith('extra == "standalone"')]
assert {each.split(";")[0].strip() for each in extra} == {"torch", "torchvision", "scipy"}, extra
"""


@pytest.fixture(scope="module")
def wheel(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Built from a copy of what git knows, so that nothing is left over in the repository."""
    source, built = tmp_path_factory.mktemp("source"), tmp_path_factory.mktemp("built")
    for name in listed("--cached", "--others", "--exclude-standard"):
        if (ROOT / name).is_file():
            (source / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copyfile(ROOT / name, source / name)
    subprocess.run([*PIP, "wheel", ".", "--no-deps", "--no-build-isolation", "-w", str(built)], cwd=source, check=True)
    (found,) = built.glob("softfocus-*.whl")
    return found


def test_wheel_holds_the_library_and_nothing_else(wheel):
    with zipfile.ZipFile(wheel) as opened:
        names = {name for name in opened.namelist() if ".dist-info/" not in name}
    library = {path.relative_to(ROOT).as_posix() for path in (ROOT / "softfocus").rglob("*") if path.is_file()}
    assert names == {name for name in library if not name.endswith(".pyc")}
    assert any(name.endswith(".safetensors") for name in names) and "softfocus/weights/NOTICE" in names


def test_six_lines_of_readme_run_without_the_repository_and_without_comfyui(wheel, tmp_path, monkeypatch):
    """In an environment of its own, which finds the packages of this one but not what this one finds the pack by."""
    venv.create(tmp_path / "venv", with_pip=False)
    python = tmp_path / "venv" / "bin" / "python"
    (own,) = (tmp_path / "venv").glob("lib/python*/site-packages")
    subprocess.run([*PIP, "install", "--no-deps", "--no-index", "--target", str(own), str(wheel)], check=True)
    (own / "others.pth").write_text(sysconfig.get_path("purelib") + "\n")
    subprocess.run([str(python), "-I", "-c", ALONE + library_example()], cwd=tmp_path, check=True)
    alone = picture_in(tmp_path)
    monkeypatch.chdir(tmp_path)
    assert numpy.abs(alone - run_library_example(tmp_path)).max() <= 1
