"""Photographs, worse versions, looks, and stored values of reference packages."""
