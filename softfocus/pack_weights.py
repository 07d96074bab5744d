"""The weights that ship with the library, in the folder `weights` beside this file."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from safetensors.torch import load_file
from torch import Tensor

FOLDER = Path(__file__).resolve().parent / "weights"


def read_weights(file: str, folder: Path = FOLDER) -> dict[str, Tensor]:
    """The tensors of a safetensors file by name, on the CPU.

    Raises:
        ValueError: the file is missing or damaged; the sentence names it.
    """
    with usable(folder / file):
        return load_file(folder / file)


@contextmanager
def usable(path: Path) -> Iterator[None]:
    """Whatever fails within (each kind of bad file has its own exception) becomes a ValueError that names the file."""
    try:
        yield
    except Exception as error:
        raise ValueError(f"{path} cannot be read ({error}); install the pack again") from error
