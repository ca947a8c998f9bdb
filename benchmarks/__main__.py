"""`python -m benchmarks`: all of them (benchmarks/run.py)."""

import sys

from benchmarks.run import main

sys.exit(main())
