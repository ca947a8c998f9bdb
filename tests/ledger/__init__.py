"""Tests of the append-only record."""
