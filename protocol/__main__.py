"""`python -m protocol`: from keys and the opening line to a verified bundle. Offline; needs no server and no Django."""

from __future__ import annotations

import sys

from protocol.cli import main

sys.exit(main(sys.argv[1:]))
