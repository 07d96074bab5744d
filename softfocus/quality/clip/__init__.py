"""What CLIP says of a picture."""
