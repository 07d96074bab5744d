"""Masks of real cutouts, refined."""
