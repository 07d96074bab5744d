"""NIQE, BRISQUE and PIQE on real pictures."""
