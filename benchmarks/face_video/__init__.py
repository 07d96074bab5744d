"""Faces through clips."""
