"""Whole tenders on a simulated clock: every party's device played here, every act through the real services.

For rehearsals, demonstrations and measurements. Nothing of it is used by pages, and its keys are thrown away.
"""
