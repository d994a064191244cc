"""Files that are there whole or not at all, and are read no further than agreed.

What is written is complete, and on the disk, before it has its name; so nobody who reads sees half of it, and neither
a process that is killed nor a full disk leaves one. What is read is a regular file of a bounded size: a link, a pipe or
a folder in its place is refused.
"""

from __future__ import annotations

import errno
import os
import secrets
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

ENDING = ".tmp"  # of temporary files, whose names start with a dot
# Windows has no links to follow here, and needs to be told that bytes are bytes.
READING = os.O_RDONLY | getattr(os, "O_NOFOLLOW", 0) | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_BINARY", 0)
MAKING = os.O_WRONLY | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0)


def bounded(path: Path, at_most: int) -> bytes:
    """The bytes of a regular file. at_most: how many it may have. Raises OSError, also for any other kind of file."""
    handle = os.open(path, READING)
    try:
        if not stat.S_ISREG(os.fstat(handle).st_mode):
            raise OSError(errno.EINVAL, "no regular file", str(path))
        with open(handle, "rb", closefd=False) as file:
            # No more than there is: Python would make room for all that it is asked for.
            read = file.read(min(at_most, os.fstat(handle).st_size) + 1)
    finally:
        os.close(handle)
    if len(read) > at_most:
        raise OSError(errno.EFBIG, f"larger than {at_most:,} bytes", str(path))
    return read


@contextmanager
def written(folder: Path, content: bytes, mode: int = 0o600) -> Iterator[Path]:
    """A complete temporary file in a folder, to be given its name within the block; what is left of it is removed."""
    path = folder / f".{secrets.token_hex(8)}{ENDING}"
    handle = os.open(path, MAKING, mode)
    try:
        with open(handle, "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        yield path
    finally:
        path.unlink(missing_ok=True)


def replace(path: Path, content: bytes, mode: int = 0o600) -> None:
    """Put a file in its place, instead of the one that is there. Raises OSError, and then nothing has changed."""
    with written(path.parent, content, mode) as temporary:
        os.replace(temporary, path)


def created(path: Path, temporary: Path) -> bool:
    """Give a temporary file a name, if nobody has it yet. Raises OSError."""
    try:
        os.link(temporary, path)
    except FileExistsError:
        return False
    except OSError:  # perhaps there are no links in this file system
        return filled(path, temporary)
    return True


def filled(path: Path, temporary: Path) -> bool:
    """The same without links: the name is taken with an empty file, which means nothing yet, and is then filled."""
    try:
        os.close(os.open(path, MAKING, 0o600))
    except FileExistsError:
        return False
    try:
        os.replace(temporary, path)
    except OSError:
        path.unlink()
        raise
    return True
