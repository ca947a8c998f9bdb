"""Reads of bids and openings; visibility is decided here, by policies.py, and nowhere else."""
