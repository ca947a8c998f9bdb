"""The demonstration market: real works tenders at every stage, run through the services on a simulated clock."""
