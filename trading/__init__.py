"""Tenders of construction works: projects, lots, documents, notices, questions, objections, officers.

Knows what is published and by which clock; knows nothing of bids. ``bidding`` drives the opening and
tells this app with plain values.
"""
