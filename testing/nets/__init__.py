"""Small random-weight nets in the layouts of the published ones."""
