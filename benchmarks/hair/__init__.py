"""Hair masks."""
