"""Pages of bid security: the bidder's own, the finance desk of the centre, and what stands after the opening."""
