"""Points and masks of faces."""
