"""Realistic dumps made from a seed, and what winnow and other tools take to read them."""
