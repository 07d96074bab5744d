"""Dream Guidance in the real ComfyUI, in this process, on the CPU: a random-weight model, and what a step costs."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from testing.host_nodes import call, nodes

ROOT = Path(__file__).resolve().parents[2]
GUIDANCE = "SoftFocusDreamGuidance"
STEPS = 12
# The UNet of Stable Diffusion 1.5 as its checkpoint is detected, 860 million weights.
SD15 = {
    "image_size": 32,
    "in_channels": 4,
    "out_channels": 4,
    "model_channels": 320,
    "num_res_blocks": [2, 2, 2, 2],
    "channel_mult": [1, 2, 4, 4],
    "transformer_depth": [1, 1, 1, 1, 1, 1, 0, 0],
    "transformer_depth_output": [1, 1, 1, 1, 1, 1, 1, 1, 1, 0, 0, 0],
    "transformer_depth_middle": 1,
    "context_dim": 768,
    "num_heads": 8,
    "use_spatial_transformer": True,
    "use_linear_in_transformer": False,
}


def tiny_model() -> Any:
    """A MODEL from the random-weight checkpoint of the workflow tests, by the stock loader."""
    nodes()
    import comfy.sd

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "tiny.safetensors"
        subprocess.run([sys.executable, "-m", "testing.nets.tiny_checkpoint", path], check=True, cwd=ROOT)
        model, *_ = comfy.sd.load_checkpoint_guess_config(str(path), output_vae=False, output_clip=False)
    return model


def guided(model: Any, **inputs: Any) -> Any:
    return call(GUIDANCE, model=model, **inputs)[0]


def sample(
    model: Any, cfg: float, size: tuple[int, int], tokens: int = 77, sampler: str = "euler", steps: int = STEPS
) -> Tensor:
    """[1, 4, H, W]: what KSampler gives for two random prompts; the same noise for every model.

    Random attention averages different tokens almost to nothing; one token, repeated, is heard.
    """
    import comfy.sample

    generator = torch.Generator().manual_seed(5)
    words = (torch.randn(1, tokens, 768, generator=generator).repeat(1, 77 // tokens, 1) for _ in range(2))
    positive, negative = ([[prompt, {}]] for prompt in words)
    latent = torch.zeros(1, 4, *size)
    noise = comfy.sample.prepare_noise(latent, 3)
    with torch.inference_mode():
        return comfy.sample.sample(
            model, noise, steps, cfg, sampler, "karras", positive, negative, latent, disable_pbar=True, seed=3
        )


def full_unet() -> Any:
    """Stable Diffusion 1.5's UNet with random weights."""
    nodes()
    import comfy.ops
    from comfy.ldm.modules.diffusionmodules.openaimodel import UNetModel

    unet = UNetModel(**SD15, dtype=torch.float32, operations=comfy.ops.disable_weight_init)
    for weight in unet.parameters():
        weight.requires_grad_(False).normal_(0, 0.02)
    return unet


def full_unet_call(unet: Any, size: int) -> Tensor:
    """With prompt and without, as one step at cfg above 1 asks for."""
    with torch.inference_mode():
        return unet(torch.randn(2, 4, size, size), torch.tensor([500.0, 500.0]), context=torch.randn(2, 77, 768))


def guidance_call(cfg: float, size: int, model: Any) -> Any:
    """What the node adds to a step, as a function without arguments; the mask is already resized."""
    patched = guided(model, mask=torch.rand(1, 8 * size, 8 * size))
    (function,) = patched.model_options["sampler_post_cfg_function"]
    x0, unguided, noisy = torch.randn(3, 1, 4, size, size)
    arguments = {
        "denoised": x0,
        "uncond": None if cfg == 1 else [],
        "uncond_denoised": unguided,
        "input": noisy,
        "sigma": torch.tensor([2.0]),
        "model": model.model,
    }
    return lambda: function(arguments)
