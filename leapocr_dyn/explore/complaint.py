"""An exception, as a prompt tells it: one sentence where it says what happened, the whole traceback where it is a bug.

What this package raises on purpose ends a call that somebody typed: how it came to that inside is of no help to them.
"""

from __future__ import annotations

import dis
from pathlib import Path
from types import TracebackType

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.visible import visible

HOME = str(Path(leapocr_dyn.__file__).parent)
RAISE = dis.opmap["RAISE_VARARGS"]


def sentence(error: BaseException | None) -> str | None:
    """What an exception says, after its name, and its notes; None where the traceback is wanted.

    It is enough for one of ours, for another that we raised ourselves, and for an interruption. A TypeError for a wrong
    argument is raised, with `raise`; one from the middle of an expression is a mistake of ours.
    """
    if error is None or not (isinstance(error, errors.Error | KeyboardInterrupt) or _raised_here(error.__traceback__)):
        return None
    said = visible(str(error))
    # After Ctrl-C a note says which job goes on, and is paid for.
    notes = [visible(str(one)) for one in getattr(error, "__notes__", ())]
    return "\n".join([f"{type(error).__name__}: {said}" if said else type(error).__name__, *notes])


def _raised_here(trace: TracebackType | None) -> bool:
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    if trace is None or not trace.tb_frame.f_code.co_filename.startswith(HOME):
        return False
    return trace.tb_frame.f_code.co_code[trace.tb_lasti] == RAISE
