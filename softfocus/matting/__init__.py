"""From rough masks to alpha."""

from .refine import Matte, refine_alpha, refine_mask, unknown_band

__all__ = ["Matte", "refine_alpha", "refine_mask", "unknown_band"]
