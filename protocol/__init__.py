"""sealedbid/v1: sealing, opening and checking bids without trusting anybody.

A pure package: standard library, `cryptography` and `rfc3161-client` only. No Django, no clock, no network
(but for the officer's watcher, `cli_officer.py`); times, keys and randomness are arguments. `docs/protocol.md` is the
specification, `python -m protocol` the command line. Modules are imported by name (`from protocol import
merkle`); nothing is re-exported here.
"""
