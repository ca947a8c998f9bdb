"""Pages of bid security: the bidder's own, the desk of the centre's finance people, and what stands after the opening."""
