"""What several nodes do with faces: where these come from, how they are looked for, and what is said of them."""
