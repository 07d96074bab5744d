"""Blur whose width differs from pixel to pixel: in bands of rows on a CPU, plane by plane on a device."""

from .variable_blur import variable_blur

__all__ = ["variable_blur"]
