"""Scores of a picture by CLIP."""
