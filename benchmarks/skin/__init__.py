"""Skin that is evened while its pores stay."""
