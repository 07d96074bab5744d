"""Live preview: the node's own work on a small copy of what went through it last."""
