"""Bid security as money at a bank: files in, lines matched, interest, guarantees, orders out. Pure."""
