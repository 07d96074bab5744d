"""The user's own model files, and the host's CLIP, CLIP_VISION and nets behind the interfaces of the imaging library."""
