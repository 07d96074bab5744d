"""Faces as soft masks: regions, outline, hair."""
