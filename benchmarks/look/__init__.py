"""The look on real portraits."""
