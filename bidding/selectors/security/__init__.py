"""What may be read of bid security, and by whom; every function says what it leaves out."""
