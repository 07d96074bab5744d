"""The nets: same numbers as the files they were converted from, and honest errors for bad weight files."""

from __future__ import annotations

import pytest
import torch

from softfocus.faces import load_face_nets
from softfocus.faces.nets.hair import _put_back
from softfocus.faces.nets.weights import DRAWN_FILE, FILES, HAIR_FILE, load_hair_net
from softfocus.pack_weights import FOLDER
from testing.faces.portrait import crop, nets, picture

GOLDEN = {
    "short": (2.5632, 6.5943, 24.7360),
    "full": (1.8689, 2.3631, 17.9943),
    "mesh": (26.9539, 66.6647, 52.0219),
}


@pytest.mark.parametrize("name", FILES)
def test_raw_outputs_are_the_stored_ones(name):
    """Needs no source file: largest score, and the mean and spread of the other output, on the portrait."""
    net = nets().get_submodule(name)
    with torch.no_grad():
        values, score = net(crop(net.size))
    made = (score.max().item(), values.mean().item(), values.std().item())
    assert made == pytest.approx(GOLDEN[name], rel=1e-3)


def test_the_hair_net_sees_the_hair():
    """Needs no source file: the crown is hair, face, suit and the upper corners of the picture are not."""
    with torch.no_grad():
        hair = load_hair_net()(picture())[0, 0]
    assert hair.shape == (512, 512) and hair.amin() >= 0 and hair.amax() <= 1
    assert hair[25:60, 185:260].mean() > 0.9
    assert max(part.mean() for part in (hair[95:150, 200:245], hair[300:], hair[:80, :80], hair[:80, -80:])) < 0.05


@pytest.mark.parametrize("content", [None, b"not a weight file"])
def test_a_bad_hair_file_is_named_and_leaves_the_others_alone(tmp_path, content):
    for file in (*FILES.values(), DRAWN_FILE):
        (tmp_path / file).write_bytes((FOLDER / file).read_bytes())
    if content is not None:
        (tmp_path / HAIR_FILE).write_bytes(content)
    load_face_nets(folder=tmp_path)
    with pytest.raises(ValueError, match="hair_segmentation"):
        load_hair_net(folder=tmp_path)


ALL_FILES = (*FILES.values(), HAIR_FILE)


def test_weights_are_half_precision_and_small():
    from safetensors.torch import load_file

    for file in ALL_FILES:
        assert all(tensor.dtype == torch.float16 for tensor in load_file(FOLDER / file).values())
    assert sum((FOLDER / file).stat().st_size for file in ALL_FILES) < 2_900_000


@pytest.mark.parametrize("content", [None, b"", b"not a weight file", b"\xff" * 64])
@pytest.mark.parametrize("bad", [FILES["full"], DRAWN_FILE])
def test_a_bad_weight_file_is_named(tmp_path, content, bad):
    for file in (*FILES.values(), DRAWN_FILE):
        (tmp_path / file).write_bytes((FOLDER / file).read_bytes())
    broken = tmp_path / bad
    if content is None:
        broken.unlink()
    else:
        broken.write_bytes(content)
    with pytest.raises(ValueError, match=bad):
        load_face_nets(folder=tmp_path)


def test_a_foreign_weight_file_is_named(tmp_path):
    for file in FILES.values():
        (tmp_path / file).write_bytes((FOLDER / FILES["short"]).read_bytes())
    with pytest.raises(ValueError, match="blazeface_full"):
        load_face_nets(folder=tmp_path)


def test_nets_loaded_in_inference_mode_serve_outside_it():
    with torch.inference_mode():
        loaded = load_face_nets()
    loaded.to("cpu", torch.float32)
    with torch.no_grad():
        loaded.mesh(crop(192))


def test_values_go_back_to_where_the_maxima_were():
    x = torch.randn(2, 3, 8, 6, generator=torch.Generator().manual_seed(1))
    largest, places = torch.nn.functional.max_pool2d(x, 2, return_indices=True)
    assert torch.equal(_put_back(largest, places), torch.nn.functional.max_unpool2d(largest, places, [2, 2]))
