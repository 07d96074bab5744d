"""Fine detail of luma: where structure is, how much of each band returns, and what it must not pass."""
