"""What scatters light and what that does to highlights: the parts of bloom and of diffusion filters."""
