"""Imaging library of SoftFocus: pure torch functions on [B, C, H, W] float32, no ComfyUI."""
