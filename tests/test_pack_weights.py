"""The library's own weights: read from one place, and a bad file is named."""

from __future__ import annotations

import pytest
import torch
from torch.nn import Linear

from softfocus.pack_weights import FOLDER, read_weights, usable


@pytest.mark.parametrize("path", sorted(FOLDER.glob("*.safetensors")), ids=lambda path: path.name)
def test_every_shipped_file_is_read(path):
    weights = read_weights(path.name)
    assert weights and all(isinstance(value, torch.Tensor) for value in weights.values())


@pytest.mark.parametrize("content", [None, b"", b"\xff" * 64])
def test_a_bad_file_is_named_with_what_to_do(tmp_path, content):
    if content is not None:
        (tmp_path / "some.safetensors").write_bytes(content)
    with pytest.raises(ValueError, match=r"some\.safetensors cannot be read .*install the pack again"):
        read_weights("some.safetensors", tmp_path)


def test_what_fails_in_the_use_of_a_file_names_it():
    with pytest.raises(ValueError, match="brisque"), usable(FOLDER / "brisque.safetensors"):
        Linear(2, 2).load_state_dict(read_weights("brisque.safetensors"))
