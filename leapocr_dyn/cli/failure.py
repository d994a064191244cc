"""An exception, as the command line tells it: one sentence on stderr and an exit code.

0 done, 1 the job or the server failed, 2 the call was wrong, 130 interrupted.
"""

from __future__ import annotations

from collections.abc import Collection

from leapocr_dyn import errors
from leapocr_dyn.cli.terminal import say

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
Hints = dict[type[errors.Error], str]
# What a message says in the words of the library, in those of the command line.
HINTS: Hints = {
    errors.ConnectionError: " (on the command line: --url)",
    errors.DecodeError: " (on the command line: --url)",
}
KEYS = {"api_key": "--key", "token": "--token"}


def told(error: errors.Error, about: str = "", keys: Collection[str] = KEYS.values(), hints: Hints = HINTS) -> int:
    """Say what went wrong in one sentence, and give the exit code for it. keys: the command's options for secrets."""
    hint = next((hint for kind, hint in hints.items() if isinstance(error, kind)), "")
    if isinstance(error, errors.TransportError) and error.operation is None:
        hint = ""  # a document was not fetched, and --url says where its API is
    if isinstance(error, errors.AuthenticationError):
        # Before anything is sent, the message says which is missing; a server does not.
        wanted = keys if error.status_code else [option for word, option in KEYS.items() if word in error.message]
        hint = f" (on the command line: {' or '.join(wanted)})" if wanted else ""
    if isinstance(error, errors.ConfigurationError) and "base_url=" in error.message:
        hint = " (on the command line: --url)"
    say(f"{about}{error}{hint}")
    ours = isinstance(error, (errors.DocumentError, errors.ConfigurationError, errors.FileError))
    unsent = isinstance(error, errors.APIError) and error.status_code is None
    return WRONG if ours or unsent else FAILED
