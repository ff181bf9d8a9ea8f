"""Filling holes in photos of rooms: each plane of the layout by its own texture, under its own light."""
