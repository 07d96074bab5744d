"""What a pair itself says of how its light spreads: any mixture of the filters' Gaussians, none negative."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

from .candidates import ROUNDING, TINY
from .moments import Array, Band

ROOM = 1e-9  # of the largest moment, on the diagonal: keeps the moments of like pictures apart


def own_mixture(bands: Sequence[Band], noise: Sequence[float]) -> tuple[Array, list[float]]:
    """The mixture that explains most, all channels alike.

    Args:
        bands: moments of the pair.
        noise: standard deviation that each band is weighed by.

    Returns:
        [n - 1] parts of the light itself, of its Gaussians and of its halation; and by band, the standard deviation of
        the noise that would explain what the mixture leaves.
    """
    sums = [sum(_mixed(band.products, mix) for mix in band.mixes) for band in bands]
    noises = [sum((mix**2).sum() for mix in band.mixes) * band.noise for band in bands]
    whole = sum(
        (total - level**2 * own) / max(level**2 * own[0, 0] / max(band.samples, TINY), TINY)
        for total, own, level, band in zip(sums, noises, noise, bands, strict=True)
    )
    mixture = _not_negative(whole[1:, 1:], whole[1:, 0])
    both = np.concatenate([[-1.0], mixture])
    left = [
        float(np.sqrt(max(both @ total @ both, 0) / max(both @ own @ both, TINY) + ROUNDING))
        for total, own in zip(sums, noises, strict=True)
    ]
    return mixture, left


def _mixed(products: Array, mix: Array) -> Array:
    return np.einsum("c,d,cdij->ij", mix, mix, products)


def _not_negative(matrix: Array, vector: Array) -> Array:
    """argmin x' A x - 2 x' b over x >= 0, by the method of Lawson and Hanson on the factor of A."""
    from scipy.linalg import cholesky, solve_triangular  # comes with ComfyUI
    from scipy.optimize import nnls

    if not (matrix.diagonal() > 0).any():
        return np.zeros(len(matrix))
    lifted = matrix + np.eye(len(matrix)) * ROOM * matrix.diagonal().max()
    lowest = np.linalg.eigvalsh(lifted)[0]
    if lowest <= 0:
        lifted += np.eye(len(matrix)) * (ROOM * matrix.diagonal().max() - lowest)
    factor = cholesky(lifted)
    return nnls(factor, solve_triangular(factor, vector, trans="T"))[0]
