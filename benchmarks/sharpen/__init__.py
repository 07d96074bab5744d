"""Sharpening beside other methods."""
