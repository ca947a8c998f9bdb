"""`python -m protocol COMMAND`: keygen, seal, check, open, verify, draw, evaluate, … Offline: no server, no Django."""

from __future__ import annotations

import sys

from protocol.cli import main

sys.exit(main(sys.argv[1:]))
