"""The four ideas every app shares: errors, transitions, decisions, the clock.

Pure Python. Imports nothing of this project and nothing of Django, and never grows
without an architecture decision record (docs/adr/0003-stack-of-apps.md).
"""
