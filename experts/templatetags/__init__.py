"""Template tags of the expert pool."""
