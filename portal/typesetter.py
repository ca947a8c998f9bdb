"""The typesetting program: ``families`` prints what fonts there are, ``pdf`` turns the JSON on its input into a PDF.

A program of its own, since Typst and the fonts it has read would stay in the memory of whoever called it.
"""

import json
import sys
from datetime import datetime

import typst


def main(what: str) -> None:
    """Do it, and end; what went wrong stands on standard error."""
    if what == "families":
        sys.stdout.write(json.dumps(typst.Fonts().families()))
        return
    given = json.load(sys.stdin)
    made = typst.compile(
        given["file"],
        root=given["root"],
        format="pdf",
        sys_inputs={"data": given["data"]},
        timestamp=datetime.fromisoformat(given["at"]),
    )
    sys.stdout.buffer.write(made)


if __name__ == "__main__":
    main(sys.argv[1])
