"""Drawn people with their true alpha, cutouts, and errors of a matte."""
