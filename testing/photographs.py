"""Six photographs of people, 1,920 px, of an npm package; taken by its author, only measured, never shown."""

from __future__ import annotations

import io
import subprocess
import tarfile
from collections.abc import Iterator

from PIL import Image

from testing.portraits import CACHE, Portrait, to_tensor

PACKAGE = "@vladmandic/face-api@1.7.15"
ARCHIVE = "vladmandic-face-api-1.7.15.tgz"


def photographs() -> Iterator[Portrait]:
    """In the package's order. No face is marked in them.

    Raises:
        FileNotFoundError: npm is not installed.
        subprocess.CalledProcessError: npm does not get the package.
    """
    with tarfile.open(_archive()) as archive:
        for number in range(1, 7):
            file = archive.extractfile(f"package/demo/sample{number}.jpg")
            assert file is not None
            image = to_tensor(Image.open(io.BytesIO(file.read())).convert("RGB"))
            yield Portrait(f"sample{number}", image, [], [])


def _archive() -> str:
    """The package's archive, fetched once into .cache/ by npm."""
    if not (CACHE / ARCHIVE).exists():
        command = ["npm", "pack", PACKAGE, "--silent", "--pack-destination", str(CACHE)]
        subprocess.run(command, check=True, capture_output=True)
    return str(CACHE / ARCHIVE)
