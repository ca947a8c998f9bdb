"""Tests of a panel at work."""
