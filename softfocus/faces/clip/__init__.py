"""Faces through the frames of a clip: cuts, motion, tracks, smoothing."""
