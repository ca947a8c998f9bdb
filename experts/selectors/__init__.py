"""What is read of the expert pool: the keeper's records, the expert's own, numbers for who supervises."""
