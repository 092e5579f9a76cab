"""Draws the pictures in `docs/pictures` from what they are pictures of."""
