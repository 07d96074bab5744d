"""What every vision encoder must do: give each feature at its place, alike alone and in a batch."""

from __future__ import annotations

from typing import Any

import torch
from torch import Tensor


def pictures(encoder: Any, count: int = 2) -> Tensor:
    generator = torch.Generator().manual_seed(2)
    return torch.rand(count, 3, encoder.side, encoder.side, generator=generator)


def change_maps(encoder: Any, cells: list[tuple[int, int]]) -> Tensor:
    """[len(cells), rows, columns]: how far a bright square over each of the cells moves the features of a picture."""
    patch = encoder.patch
    grey = 0.2 + 0.2 * pictures(encoder, 1)
    bright = grey.repeat(len(cells), 1, 1, 1)
    for picture, (row, column) in zip(bright, cells, strict=True):
        picture[:, row * patch : (row + 1) * patch, column * patch : (column + 1) * patch] = 1
    return (encoder.encode(bright) - encoder.encode(grey)).norm(dim=1)


def assert_features_are_in_place(encoder: Any) -> None:
    """A bright square over one cell changes the feature of that cell most."""
    grid = encoder.side // encoder.patch
    cells = [(0, 0), (0, grid - 1), (grid - 1, 0), (1, grid - 2), (grid - 2, grid // 2)]
    assert [divmod(int(change.argmax()), grid) for change in change_maps(encoder, cells)] == cells


def assert_features_are_near(encoder: Any) -> None:
    """The same for convolutions, which look beyond the cell and half a cell aside: by the middle of the change."""
    steps = torch.arange(encoder.side // encoder.patch).float()
    cells = [(3, 3), (3, 6), (6, 3), (4, 6)]
    for change, cell in zip(change_maps(encoder, cells), cells, strict=True):
        weight = change.square() / change.square().sum()
        middle = torch.stack([(weight.sum(1) * steps).sum(), (weight.sum(0) * steps).sum()])
        assert (middle - torch.tensor(cell)).abs().max() < 0.75


def assert_is_well_behaved(encoder: Any) -> None:
    """Shape, dtype, finite values; frame k of a batch is frame k alone; the pictures stay as they are."""
    images = pictures(encoder)
    before = images.clone()
    features = encoder.encode(images)
    grid = encoder.side // encoder.patch
    assert encoder.side % encoder.patch == 0
    assert features.shape[0] == 2 and features.shape[-2:] == (grid, grid)
    assert features.dtype == torch.float32 and features.is_contiguous() and not features.requires_grad
    assert torch.isfinite(features).all() and features.std() > 1e-4
    assert torch.equal(images, before)
    scale = features.std()
    for index in range(2):
        alone = encoder.encode(images[index : index + 1])
        assert torch.allclose(features[index : index + 1] / scale, alone / scale, atol=1e-4)
