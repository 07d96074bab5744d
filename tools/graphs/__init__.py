"""Workflows and blueprints, written through ComfyUI's real page."""
