"""What is done with the expert pool, one file for each thing."""
