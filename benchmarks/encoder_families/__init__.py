"""Which families of timm Load Vision Encoder takes."""
