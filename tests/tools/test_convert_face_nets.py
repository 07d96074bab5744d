"""The conversion of the face nets: same numbers as the files they were converted from, same bytes again."""

from __future__ import annotations

import hashlib
from pathlib import Path

import cv2
import numpy as np
import pytest
import torch

from softfocus.faces.nets.weights import FILES, HAIR_FILE
from softfocus.pack_weights import FOLDER
from testing.faces.portrait import crop, nets
from tools.convert import convert_face_nets

ROOT = Path(__file__).resolve().parents[2]
CACHE = ROOT / ".cache"


@pytest.mark.parametrize("name", FILES)
def test_raw_outputs_match_the_source_file(name, tmp_path):
    file = tmp_path / "net.tflite"
    file.write_bytes(convert_face_nets.read_source(convert_face_nets.SOURCES[name], CACHE))
    engine = (cv2.dnn.ENGINE_CLASSIC,) if hasattr(cv2.dnn, "ENGINE_CLASSIC") else ()
    reference = cv2.dnn.readNetFromTFLite(str(file), *engine)
    net = nets().get_submodule(name)
    image = crop(net.size)
    reference.setInput((image if name == "mesh" else image * 2 - 1).numpy())
    wanted = {output.size: output.ravel() for output in reference.forward(reference.getUnconnectedOutLayersNames())}
    with torch.no_grad():
        made = {output.numel(): output.numpy().ravel() for output in net(image)}
    assert made.keys() == wanted.keys()
    for size, values in made.items():
        assert np.abs(values - wanted[size]).max() < 1e-3


def test_notice_names_every_weight_file():
    notice = (FOLDER / "NOTICE").read_text()
    assert "Apache License, Version 2.0" in notice
    assert all(file in notice for file in (*FILES.values(), HAIR_FILE))
    sources = [source.sha256 for source in convert_face_nets.SOURCES.values()]
    assert all(sha256 in notice for sha256 in (*sources, convert_face_nets.HAIR_SHA256))


def test_converter_gives_the_shipped_bytes(tmp_path):
    convert_face_nets.main(["--out", str(tmp_path)])
    for file in FILES.values():
        made, shipped = ((folder / file).read_bytes() for folder in (tmp_path, FOLDER))
        assert hashlib.sha256(made).digest() == hashlib.sha256(shipped).digest()
