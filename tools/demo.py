"""What tools/demo shows: the command line against the sandbox, both in this one process, so none is left behind."""

from __future__ import annotations

import sys

from leapocr_dyn import cli
from leapocr_dyn.cli.failure import INTERRUPTED
from leapocr_dyn.sandbox import Sandbox

PART = 128 * 1024  # bytes; small, so that the sample travels in several parts


def main() -> None:
    """Start the sandbox, send it the scan, print what it read."""
    try:
        with Sandbox(part_size=PART) as sandbox:
            words = ["process", "samples/scan.pdf", "--url", sandbox.url, "--key", sandbox.api_key]
            print(f"$ leapocr-dyn {' '.join(words)}", file=sys.stderr)
            cli.main(words)
    except KeyboardInterrupt:
        sys.exit(INTERRUPTED)


if __name__ == "__main__":
    main()
