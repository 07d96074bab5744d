"""Commands for whoever works on the pack."""
