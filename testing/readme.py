"""README's example of the library, as it stands there, and what it makes."""

from __future__ import annotations

import re
import runpy
from pathlib import Path

import numpy
from PIL import Image

README = Path(__file__).resolve().parent.parent / "README.md"


def library_example() -> str:
    """The lines of Python under "As a library"."""
    (section,) = re.findall(r"^## As a library$(.*?)^## ", README.read_text(encoding="utf-8"), re.MULTILINE | re.DOTALL)
    (lines,) = re.findall(r"^```python\n(.*?)^```$", section, re.MULTILINE | re.DOTALL)
    return lines


def run_library_example(folder: Path) -> numpy.ndarray:
    """The picture it makes in this process, [H, W, 3] in 0..255; the folder must be the current one."""
    (folder / "example.py").write_text(library_example(), encoding="utf-8")
    runpy.run_path(str(folder / "example.py"))
    return picture_in(folder)


def picture_in(folder: Path) -> numpy.ndarray:
    """The picture that the example has left in its current folder."""
    return numpy.asarray(Image.open(folder / "astronaut.png")).astype(int)
