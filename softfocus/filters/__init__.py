"""What the effects are made of: Gaussians, blurs of varying width, grids, ranges, noise."""
