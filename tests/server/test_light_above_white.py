"""Light above white and 16-bit pictures, from file to file on a real server: core's loader, our nodes, core's saver.

Core reads floats and 16 bits since 0.21, writes them since 0.23, and has Convert Image Color Space since some release
after 0.33; its GLSL Shader needs OpenGL ES. What a host lacks is skipped.
"""

from __future__ import annotations

import io
from collections.abc import Iterable
from typing import Any

import av
import numpy as np
import pytest
from numpy.typing import NDArray

from testing.server.comfy_client import Prompt, PromptFailed
from testing.server.shared_workflows import ROOT

pytestmark = pytest.mark.server
Pixels = NDArray[np.generic]
HEIGHT, WIDTH = 48, 64  # the loader of 0.33 cuts light off at white where the width is no multiple of 32
LIGHT, PLACE = 4.0, (24, 40)
NEUTRAL = {
    "SoftFocusSelectiveGaussianBlur": "sigma",
    "SoftFocusLuminanceBloom": "intensity",
    "SoftFocusDiffusionFilter": "grade",
    "SoftFocusFeatureSharpen": "amount",
}
SHADER = (ROOT / "docs" / "examples" / "srgb_from_linear.glsl").read_text()


@pytest.fixture(autouse=True)
def saver(object_info: dict[str, Any]) -> None:
    if "SaveImageAdvanced" not in object_info:
        pytest.skip("this ComfyUI has no Save Image (Advanced): its loader and savers know 8 bits only")


@pytest.fixture
def picture() -> Pixels:
    """[H, W, 3] linear light: a ramp up to white, with a white, a colored and a lonely light above it."""
    pixels = np.empty((HEIGHT, WIDTH, 3), np.float32)
    pixels[:] = np.linspace(0.001, 1, WIDTH, dtype=np.float32)[:, None]
    pixels[4:12, 8:16] = LIGHT
    pixels[4:12, 24:32] = LIGHT, LIGHT / 2, LIGHT / 8
    pixels[PLACE] = LIGHT
    return pixels


def encoded(light: Pixels) -> Pixels:
    """As sRGB values, those above white too: how our nodes, and nearly all of ComfyUI, take pictures."""
    return np.where(light <= 0.0031308, 12.92 * light, 1.055 * light ** (1 / 2.4) - 0.055).astype(np.float32)


def file_bytes(pixels: Pixels, codec: str, layout: str) -> bytes:
    coder = av.CodecContext.create(codec, "w")
    coder.height, coder.width = pixels.shape[:2]
    coder.pix_fmt, coder.time_base = layout, 1
    frame = av.VideoFrame.from_ndarray(pixels, format=layout)
    return b"".join(bytes(packet) for packet in [*coder.encode(frame), *coder.encode(None)])


def read_file(data: bytes) -> Pixels:
    """As the file has them: between two layouts PyAV cuts light off at white."""
    with av.open(io.BytesIO(data)) as container:
        return next(container.decode(video=0)).to_ndarray()


def round_trip(server, data: bytes, nodes: Iterable[tuple[str, dict[str, Any]]], **saving: str) -> bytes:
    """The file that core saves of a file that it loads, with nodes between the two."""
    name = f"light.{saving['format']}"
    (server.base / "input" / name).write_bytes(data)
    prompt: Prompt = {"0": {"class_type": "LoadImage", "inputs": {"image": name}}}
    for kind, inputs in nodes:
        socket = "images.image0" if kind == "GLSLShader" else "image"
        prompt[str(len(prompt))] = {"class_type": kind, "inputs": inputs | {socket: [str(len(prompt) - 1), 0]}}
    last = str(len(prompt))
    options = {key if key == "format" else f"format.{key}": value for key, value in saving.items()}
    inputs = options | {"images": [str(len(prompt) - 1), 0], "filename_prefix": "light"}
    prompt[last] = {"class_type": "SaveImageAdvanced", "inputs": inputs}
    (file,) = server.client.run(prompt)[last]["images"]
    return server.client.fetch(file)


def exr_trip(server, pixels: Pixels, nodes: Iterable[tuple[str, dict[str, Any]]], space: str) -> Pixels:
    data = file_bytes(pixels, "exr", "gbrpf32le")
    saved = round_trip(server, data, nodes, format="exr", bit_depth="32-bit float", input_color_space=space)
    return read_file(saved)[..., :3]


def node(object_info: dict[str, Any], kind: str, **changes: Any) -> tuple[str, dict[str, Any]]:
    """A node at the defaults of its required inputs, but for the changes."""
    required = object_info[kind]["input"]["required"].items()
    defaults = {key: kept[0]["default"] for key, (_, *kept) in required if kept and "default" in kept[0]}
    return kind, defaults | changes


@pytest.fixture
def neutral(object_info: dict[str, Any]) -> list[tuple[str, dict[str, Any]]]:
    return [node(object_info, kind, **{amount: 0}) for kind, amount in NEUTRAL.items()]


def test_linear_light_comes_back(server, picture, neutral):
    """Core loads an EXR as it is: linear."""
    assert exr_trip(server, picture, neutral, "linear") == pytest.approx(picture, rel=1e-6)


def test_encoded_light_comes_back(server, picture, neutral):
    """From sRGB values above 1 core saves the light that they stand for."""
    assert exr_trip(server, encoded(picture), neutral, "sRGB") == pytest.approx(picture, rel=1e-3)


def test_a_shader_of_core_encodes_light(server, picture, neutral, object_info):
    """GLSL Shader gives linear light as sRGB values above 1, which no other node of core does."""
    shader = node(object_info, "GLSLShader", fragment_shader=SHADER, size_mode="from_input")
    try:
        seen = exr_trip(server, picture, [shader, *neutral], "sRGB")
    except PromptFailed as error:
        if "EGL" not in str(error):
            raise
        pytest.skip("this machine has no OpenGL ES for core's GLSL Shader")
    assert seen == pytest.approx(picture, rel=1e-3)


def test_a_light_above_white_gives_its_neighbors_all_that_it_loses(server, object_info):
    dark = np.full((HEIGHT, WIDTH, 3), 0.01, np.float32)
    lit = dark.copy()
    lit[PLACE] = LIGHT
    diffusion = [node(object_info, "SoftFocusDiffusionFilter", grade=1)]
    seen = exr_trip(server, encoded(lit), diffusion, "sRGB")
    added = seen - dark
    assert 1.5 < seen[PLACE].min() < LIGHT
    y, x = PLACE
    assert (added[y, [x - 1, x + 1]] > 0.005).all()
    assert added.sum(axis=(0, 1)) == pytest.approx([LIGHT - 0.01] * 3, rel=0.01)


def test_16_bit_steps_come_back(server, object_info):
    """A plane of all 65,536 values, at neutral and softened; core's loader alone leaves 56,282, off by up to 4."""
    plane = np.arange(65536, dtype=np.uint16).reshape(256, 256, 1).repeat(3, axis=2)
    data = file_bytes(plane, "png", "rgb48be")
    for sigma in (0, 0.25):
        blur = [node(object_info, "SoftFocusSelectiveGaussianBlur", sigma=sigma)]
        saved = round_trip(server, data, blur, format="png", bit_depth="16-bit", input_color_space="sRGB")
        seen = read_file(saved)
        assert len(np.unique(seen[..., 1])) > 50_000
        assert np.abs(seen.astype(int) - plane)[4:-4].max() <= 8


@pytest.fixture
def spaces(object_info: dict[str, Any]) -> list[str]:
    """What core's ImageColorSpace converts between."""
    if "ImageColorSpace" not in object_info:
        pytest.skip("this ComfyUI has no Convert Image Color Space")
    kind, *rest = object_info["ImageColorSpace"]["input"]["required"]["source"]
    names = kind if isinstance(kind, list) else rest[0]["options"]
    if "linear" not in names:
        pytest.skip("this ComfyUI's Convert Image Color Space knows no linear light")
    return names


def convert(source: str, destination: str) -> tuple[str, dict[str, Any]]:
    return "ImageColorSpace", {"source": source, "destination": destination}


def test_light_comes_back_from_the_spaces_of_core(server, spaces, picture, neutral):
    """All but sRGB."""
    for space in {*spaces} - {"sRGB", "linear"}:
        nodes = [convert("linear", space), *neutral, convert(space, "linear")]
        assert exr_trip(server, picture, nodes, "linear") == pytest.approx(picture, rel=1e-3), space


def test_core_compresses_light_on_its_way_to_srgb(server, spaces, picture):
    """So no light above white reaches our nodes that way; the help pages say it. To be read again should this fail."""
    seen = exr_trip(server, picture, [convert("linear", "sRGB")], "linear")
    assert seen.max() <= 1
    assert seen[0, WIDTH - 1].max() < 0.9
