"""What the effect changed, against the picture before."""
