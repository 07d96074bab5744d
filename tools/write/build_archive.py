"""Build the zip that the Comfy Registry would publish: the files git knows, less those .comfyignore names.

python -m tools.write.build_archive [FILE]       (default: .cache/softfocus-VERSION.zip)

Files that are new and not ignored count as known, so that what is about to be committed is in the archive; in
a clean checkout, from which a release is published, there are none.
"""

from __future__ import annotations

import subprocess
import sys
import zipfile
from pathlib import Path

import tomllib

ROOT = Path(__file__).resolve().parents[2]
IGNORE_FILE = ".comfyignore"


def listed(*options: str) -> set[str]:
    """Paths from `git ls-files`, relative to the root."""
    command = ["git", "-C", str(ROOT), "ls-files", "-z", *options]
    return set(subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0")) - {""}


def published_files() -> list[str]:
    """What goes into the archive, sorted; a file that is deleted but still known to git does not."""
    known = listed("--cached", "--others", "--exclude-standard")
    left_out = listed("--cached", "--others", "--ignored", f"--exclude-from={ROOT / IGNORE_FILE}")
    return sorted(name for name in known - left_out if (ROOT / name).is_file())


def build_archive(target: Path) -> Path:
    """Write the archive; returns its path."""
    target.parent.mkdir(parents=True, exist_ok=True)
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name in published_files():
            archive.write(ROOT / name, name)
    return target


def main() -> None:
    version = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]["version"]
    target = Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT / ".cache" / f"softfocus-{version}.zip"
    build_archive(target.resolve())
    with zipfile.ZipFile(target) as archive:
        names = archive.namelist()
    print(f"{target}: {len(names)} files, {target.stat().st_size / 1e6:.2f} MB")


if __name__ == "__main__":
    main()
