"""The command line: parse the request, call one room, show the result.

Exit codes: 0 done; 1 something that was given could not be read, or a check failed (the rest was done);
2 the command line itself is wrong; 70 a fault of the program.
"""

from __future__ import annotations

import os
import sys

OK, TROUBLE, USAGE, FAULT = 0, 1, 2, 70


def main() -> None:
    """Run the program; no traceback reaches a user unless PARATOPE_DEBUG is set."""
    from paratope.cli.app import app

    try:
        app(prog_name="paratope")
    except Exception as fault:
        if os.environ.get("PARATOPE_DEBUG"):
            raise
        print(
            f"paratope: a fault of the program, not of your input: {type(fault).__name__}: {fault}\n"
            "Set PARATOPE_DEBUG=1 and run again to see where; please report it.",
            file=sys.stderr,
        )
        sys.exit(FAULT)


__all__ = ["main"]
