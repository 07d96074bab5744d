"""Which diffusion filter explains the change between two pictures: light, its moments, a search, a verdict, a plot."""
