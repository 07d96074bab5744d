"""How natural a picture's statistics are: NIQE, BRISQUE, PIQE."""
