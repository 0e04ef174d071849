"""Finding where each post of a dump begins and ends."""
