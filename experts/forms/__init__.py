"""The shapes of what the pool's keeper and an expert write; what may be said, the services decide."""
