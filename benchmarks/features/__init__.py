"""Sharp features beside other methods."""
