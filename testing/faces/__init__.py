"""Portraits, faces that move, and reference boxes and marks."""
