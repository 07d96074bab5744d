"""What diffusion filters and halation must do to light, and how that is measured."""
