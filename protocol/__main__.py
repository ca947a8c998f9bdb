"""`python -m protocol`: keygen, seal, check, open, verify, inspect, draw. Offline; needs no server and no Django."""

from __future__ import annotations

import sys

from protocol.cli import main

sys.exit(main(sys.argv[1:]))
