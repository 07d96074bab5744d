"""A ViTMatte of a few thousand random weights, in the layout of the published ones."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch


def tiny_vitmatte(seed: int = 0) -> Any:
    """Window and global attention, relative positions and every fusion step, as in ViTMatte-S, but narrow."""
    from transformers import VitDetConfig, VitMatteConfig, VitMatteForImageMatting

    backbone = VitDetConfig(  # type: ignore[call-arg]
        num_channels=4,
        image_size=64,
        pretrain_image_size=32,
        patch_size=16,
        hidden_size=16,
        num_hidden_layers=2,
        num_attention_heads=2,
        use_relative_position_embeddings=True,
        window_size=2,
        window_block_indices=[0],
        residual_block_indices=[1],
        out_features=["stage2"],
    )
    config = VitMatteConfig(
        backbone_config=backbone,
        hidden_size=16,
        convstream_hidden_sizes=[4, 4, 4],
        fusion_hidden_sizes=[8, 8, 8, 4],
        initializer_range=0.3,
    )
    torch.manual_seed(seed)
    return VitMatteForImageMatting(config).train(False)


def save_vitmatte(folder: Path, seed: int = 0) -> Path:
    """Write config.json and model.safetensors, as the model hub offers them."""
    tiny_vitmatte(seed).save_pretrained(folder)
    return folder
