"""Write a random-weight checkpoint that ComfyUI's stock loader takes for Stable Diffusion 1.5.

python -m testing.nets.tiny_checkpoint models/checkpoints/tiny.safetensors

It has the UNet's width, the text encoder and the VAE of SD1.5, but far fewer UNet layers, so that a
whole workflow runs on a CPU. The pictures are noise; it proves that a graph works, not how it looks.
"""

from __future__ import annotations

import math
import sys
from pathlib import Path

import torch
from safetensors.torch import save_file
from torch import Tensor, nn

from testing.server.comfy_server import comfyui_dir

UNET = {
    "image_size": 32,
    "in_channels": 4,
    "out_channels": 4,
    "model_channels": 320,
    "num_res_blocks": [1, 1, 1],
    "channel_mult": [1, 1, 1],
    "transformer_depth": [0, 0, 1],
    "transformer_depth_output": [0, 0, 0, 0, 1, 1],
    "transformer_depth_middle": 1,
    "context_dim": 768,
    "num_heads": 8,
    "use_spatial_transformer": True,
    "use_linear_in_transformer": False,
}
VAE = {
    "double_z": True,
    "z_channels": 4,
    "resolution": 256,
    "in_channels": 3,
    "out_ch": 3,
    "ch": 128,
    "ch_mult": [1, 2, 4, 4],
    "num_res_blocks": 2,
    "attn_resolutions": [],
    "dropout": 0.0,
}
TEXT_ENCODER = {
    "hidden_act": "quick_gelu",
    "hidden_size": 768,
    "intermediate_size": 3072,
    "num_attention_heads": 12,
    "num_hidden_layers": 12,
    "max_position_embeddings": 77,
    "eos_token_id": 49407,
}


def build_parts() -> dict[str, nn.Module]:
    """The three networks by their prefix in an SD1.5 checkpoint, without memory for their weights."""
    sys.path.insert(0, str(comfyui_dir()))
    import comfy.cli_args

    comfy.cli_args.args.cpu = True
    import comfy.ops
    from comfy.clip_model import CLIPTextModel
    from comfy.ldm.models.autoencoder import AutoencoderKL
    from comfy.ldm.modules.diffusionmodules.openaimodel import UNetModel

    operations = comfy.ops.disable_weight_init
    with torch.device("meta"):
        return {
            "model.diffusion_model.": UNetModel(**UNET, operations=operations),
            "first_stage_model.": AutoencoderKL(ddconfig=VAE, embed_dim=4),
            "cond_stage_model.transformer.": CLIPTextModel(TEXT_ENCODER, torch.float32, "meta", operations),
        }


def random_weight(name: str, shape: torch.Size, generator: torch.Generator) -> Tensor:
    """A value that keeps the signal's variance: 0 for a bias, 1 for a norm's scale, else Gaussian."""
    if name.endswith("bias"):
        return torch.zeros(shape, dtype=torch.float16)
    if len(shape) == 1:
        return torch.ones(shape, dtype=torch.float16)
    fan_in = math.prod(shape[1:])
    return torch.empty(shape, dtype=torch.float16).normal_(0, fan_in**-0.5, generator=generator)


def write_checkpoint(path: Path) -> None:
    generator = torch.Generator().manual_seed(0)
    weights = {
        prefix + name: random_weight(name, value.shape, generator)
        for prefix, part in build_parts().items()
        for name, value in part.state_dict().items()
        if not name.startswith("text_projection")  # as in real SD1.5 files
    }
    path.parent.mkdir(parents=True, exist_ok=True)
    save_file(weights, path)


if __name__ == "__main__":
    write_checkpoint(Path(sys.argv[1]))
