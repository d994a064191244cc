"""python -m leapocr_dyn.cli: the same as leapocr-dyn."""

from __future__ import annotations

from leapocr_dyn.cli import main

if __name__ == "__main__":
    main()
