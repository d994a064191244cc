"""Text of documents and servers, as people may see it: what moves a cursor or hides is spelled out.

It is applied where text leaves for people (str of an exception or a finding, reprs, docstrings, shell commands), and
never to a value: what is read, sent or compared stays as it is.
"""

from __future__ import annotations

import re

# C0 but tab and newline, DEL and C1; marks of direction, what has no width, separators of lines, halves of pairs.
# U+200C and U+200D stay: Persian is spelled with them, and so are emoji.
UNSEEN = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u061c\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]"
)


def visible(text: str) -> str:
    r"""The text with `\u001b` for an escape: as JSON would spell it, so that JSON still says the same."""
    return UNSEEN.sub(lambda found: f"\\u{ord(found[0]):04x}", text)
