"""Planted duplicates with their truth, and what winnow and others find of them."""
