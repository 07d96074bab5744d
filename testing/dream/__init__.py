"""Guidance with a known answer."""
