"""From rough masks to alpha."""

from .refine import Matte, refine_mask

__all__ = ["Matte", "refine_mask"]
