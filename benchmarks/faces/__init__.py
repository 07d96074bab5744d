"""Face finding."""
