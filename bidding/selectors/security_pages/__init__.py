"""What the pages of bid security show: each reader's own view, built from the tables and the state of a security."""
