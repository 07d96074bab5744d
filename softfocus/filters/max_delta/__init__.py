"""Blur among neighbours of similar value: by shifted views of the picture, or by a grid of local histograms."""

from .max_delta_blur import max_delta_blur

__all__ = ["max_delta_blur"]
