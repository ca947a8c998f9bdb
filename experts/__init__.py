"""Home of the expert pool, the verifiable draw, the panel, its scores and its report."""
