"""A real ComfyUI server, its client, its page, and the pack's workflows on it."""
