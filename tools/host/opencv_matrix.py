"""Every node at its defaults beside seven states of OpenCV: what runs, and how far results are from those without any.

python -m tools.host.opencv_matrix [--work FOLDER] [state ...]
Makes a virtual environment a state in FOLDER (default: a temporary one) and installs OpenCV's wheels there with pip;
all other packages are those of the environment that runs this, by links. OpenCV 4.5.4 has no wheel for a Python newer
than 3.10: with SOFTFOCUS_PYTHON310=/path/to/python3.10 its environment gets all packages of its own (about 6 GB),
without it 4.5.5.62 stands in. SOFTFOCUS_YUNET=/path/to.onnx adds a row with that detector. Outside CI: it needs the
network, and minutes.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
import sysconfig
import tempfile
from dataclasses import dataclass
from pathlib import Path

from safetensors.torch import load_file

from testing.host_in_process import comfyui_dir

ROOT = Path(__file__).resolve().parents[2]
SITE = Path(sysconfig.get_paths()["purelib"])
NODES = ROOT / "tools" / "host" / "opencv_nodes.py"
PYTHON310 = os.environ.get("SOFTFOCUS_PYTHON310")
OWN = [*"torch torchvision scipy scikit-image kornia safetensors timm numpy<2".split(), "requests", "pydantic-settings"]
REFERENCE = "none"


@dataclass(frozen=True)
class State:
    """What is installed, in this order, then uninstalled; `python` has all packages of its own."""

    install: tuple[str, ...] = ()
    uninstall: tuple[str, ...] = ()
    python: str | None = None


OLD = State(("opencv-python==4.5.4.60",), python=PYTHON310)
OLD_ABI3 = State(("numpy<2", "opencv-python==4.5.5.62"))
STATES = {
    REFERENCE: State(),
    "emptied": State(("opencv-python-headless", "opencv-python"), ("opencv-python-headless",)),
    "headless": State(("opencv-python-headless",)),
    "contrib": State(("opencv-contrib-python",)),
    "4.5": OLD if PYTHON310 else OLD_ABI3,
    "4.14": State(("opencv-python==4.14.*",)),
    "5.x": State(("opencv-python",)),
}


def main() -> int:
    """0 if every node ran in every state."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("states", nargs="*", choices=[[], *STATES], metavar="state", help=", ".join(STATES))
    parser.add_argument("--work", type=Path)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as temporary:
        work = options.work or Path(temporary)
        names = [REFERENCE, *(name for name in options.states or STATES if name != REFERENCE)]
        found = {name: _run(name, environment(work / name, STATES[name]), work / name) for name in names}
        return _show(found, work)


def environment(folder: Path, state: State) -> Path:
    """The python of a new environment in the state; what is there already stays."""
    python = folder / "venv" / "bin" / "python"
    if python.exists():
        return python
    folder.mkdir(parents=True, exist_ok=True)
    subprocess.run([state.python or sys.executable, "-m", "venv", folder / "venv"], check=True)
    pip = [str(python), "-m", "pip", "--disable-pip-version-check"]
    if state.python:
        listed = ["-r", str(comfyui_dir() / "requirements.txt"), *OWN]
        subprocess.run([*pip, "install", "--quiet", *listed, *state.install], check=True)
        return python
    (next((folder / "venv" / "lib").glob("python*")) / "site-packages" / "shared.pth").write_text(f"{_links(folder)}\n")
    for package in state.install:
        subprocess.run([*pip, "install", "--quiet", "--no-deps", package], check=True)
    if state.uninstall:
        subprocess.run([*pip, "uninstall", "--quiet", "--yes", *state.uninstall], check=True)
    return python


def _links(folder: Path) -> Path:
    """A folder of links to all installed packages but OpenCV's: behind an emptied cv2 no whole one must be found."""
    links = folder / "shared"
    links.mkdir()
    for package in SITE.iterdir():
        if not package.name.startswith(("cv2", "opencv", "pip", "_distutils", "distutils-precedence")):
            (links / package.name).symlink_to(package)
    return links


def _run(name: str, python: Path, folder: Path) -> dict[str, str]:
    """What went wrong by row, "" where nothing did; the results lie in the folder, and "" says which OpenCV it was."""
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "COMFYUI_DIR": str(comfyui_dir())}
    done = subprocess.run([python, NODES, folder], env=environment, capture_output=True, text=True)
    if done.returncode:
        return {"": f"{name}: {done.stderr[-2000:]}"}
    print(f"{name}: done", file=sys.stderr, flush=True)
    said: dict[str, str] = json.loads((folder / "said.json").read_text())
    return said


def _show(found: dict[str, dict[str, str]], work: Path) -> int:
    """The table; a cell is the largest difference from the state without OpenCV, or "fails"."""
    whole = load_file(work / REFERENCE / "results.safetensors")
    for name, said in found.items():
        print(f"{name}: {said['']}")
    print(f"\n| node | {' | '.join(found)} |\n|---|{'---:|' * len(found)}")
    failures = {}
    for row in [row for row in found[REFERENCE] if row]:
        cells = []
        for name, said in found.items():
            if said.get(row, "did not run"):
                failures[name, row] = said.get(row, "did not run")
                cells.append("fails")
                continue
            result = load_file(work / name / "results.safetensors")
            differences = [(result[key] - whole[key]).abs().max() for key in whole if key.split("/")[0] == row]
            cells.append(f"{float(max(differences)):.2f}")
        print(f"| {row} | {' | '.join(cells)} |")
    for (name, row), text in failures.items():
        print(f"\n{name}, {row}: {text}")
    return bool(failures)


if __name__ == "__main__":
    sys.exit(main())
