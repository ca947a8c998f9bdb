"""Pages of the expert pool: the keeper's, each expert's own, numbers for who supervises."""
