"""Small random-weight diffusion models of several families, made of the host's own classes, and how to sample them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

STEPS = 4
UNET = {
    "image_size": 32,
    "in_channels": 4,
    "out_channels": 4,
    "model_channels": 32,
    "num_res_blocks": [1, 1],
    "channel_mult": [1, 2],
    "transformer_depth": [0, 1],
    "transformer_depth_output": [0, 0, 1, 1],
    "transformer_depth_middle": 1,
    "context_dim": 64,
    "num_heads": 2,
    "use_spatial_transformer": True,
    "use_linear_in_transformer": False,
    "use_temporal_attention": False,
}
SDXL = {**UNET, "adm_in_channels": 2816, "num_classes": "sequential", "context_dim": 2048}
FLUX = {
    "image_model": "flux",
    "in_channels": 16,
    "out_channels": 16,
    "vec_in_dim": 768,
    "context_in_dim": 64,
    "hidden_size": 32,
    "mlp_ratio": 2.0,
    "num_heads": 2,
    "depth": 1,
    "depth_single_blocks": 1,
    "axes_dim": [4, 6, 6],
    "theta": 10000,
    "patch_size": 2,
    "qkv_bias": True,
    "guidance_embed": True,
}
WAN = {
    "image_model": "wan2.1",
    "model_type": "t2v",
    "dim": 48,
    "ffn_dim": 64,
    "text_dim": 64,
    "num_heads": 2,
    "num_layers": 1,
}


@dataclass
class Family:
    """A model of the host, what a prompt is to it, and a latent shape for one picture or clip."""

    patcher: Any
    context: tuple[int, int]
    pooled: int
    latent: tuple[int, ...]

    def prompt(self, seed: int) -> list[Any]:
        generator = torch.Generator().manual_seed(seed)
        pooled = torch.randn(1, self.pooled, generator=generator)
        return [[torch.randn(1, *self.context, generator=generator), {"pooled_output": pooled}]]

    def sample(
        self, model: Any, sampler: str = "euler", cfg: float = 7.0, steps: int = STEPS, **changes: Any
    ) -> Tensor:
        """What the host's KSampler gives; `latent` and `denoise` may be changed."""
        import comfy.sample

        latent = changes.pop("latent", torch.zeros(2, *self.latent))
        noise = comfy.sample.prepare_noise(latent, 7)
        with torch.inference_mode():
            return comfy.sample.sample(
                model,
                noise,
                steps,
                cfg,
                sampler,
                "normal",
                self.prompt(1),
                self.prompt(2),
                latent,
                disable_pbar=True,
                seed=7,
                **changes,
            )


def build(name: str) -> Family:
    """SD15, SDXL, Flux (flow matching) or Wan (clips: 5-D latents)."""
    import comfy.supported_models as families

    if name == "SD15":
        return Family(_patcher(families.SD15(UNET)), (77, 64), 768, (4, 24, 16))
    if name == "SDXL":
        return Family(_patcher(families.SDXL(SDXL)), (77, 2048), 1280, (4, 24, 16))
    if name == "Flux":
        return Family(_patcher(families.Flux(_flux())), (12, 64), 768, (16, 24, 16))
    return Family(_patcher(families.WAN21_T2V(WAN)), (12, 64), 768, (16, 3, 24, 16))


def _flux() -> dict[str, Any]:
    """Newer hosts also want the axes that number the text's tokens, and 0.3.75 knows no such setting."""
    from comfy.ldm.flux.model import FluxParams

    return FLUX | ({"txt_ids_dims": []} if "txt_ids_dims" in FluxParams.__dataclass_fields__ else {})


def _patcher(config: Any) -> Any:
    from comfy.model_patcher import ModelPatcher

    config.set_inference_dtype(torch.float32, None)
    model = config.get_model({}, "")
    generator = torch.Generator().manual_seed(0)
    for name, weight in model.diffusion_model.named_parameters():
        weight.requires_grad_(False)
        if weight.ndim == 1:
            weight.fill_(0.0 if name.endswith("bias") else 1.0)
        else:
            weight.normal_(0, weight[0].numel() ** -0.5, generator=generator)
    return ModelPatcher(model, torch.device("cpu"), torch.device("cpu"))
