"""What can be sent as a file although nobody knows its size: pipes, iterators, and what arrives bit by bit."""

from __future__ import annotations

import contextlib
import io
import itertools
import os
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator
from pathlib import Path
from typing import Any

import anyio
import pytest
from conftest import World
from test_upload import Service, upload

from leapocr_dyn import errors
from leapocr_dyn.workflows.spool import measured

TEN = {(1, 1): [b"0123"], (1, 2): [b"4567"], (1, 3): [b"89"]}


def dripping() -> Iterator[bytes]:
    """Ten bytes, in pieces of all sizes, one of them empty."""
    yield from (b"01", b"", b"2345678", b"9")


async def adripping() -> AsyncIterator[bytes]:
    """The same, asynchronously."""
    for piece in dripping():
        yield piece


@pytest.mark.parametrize("make", [dripping, lambda: list(dripping()), lambda: iter([b"0123456789"])])
def test_an_iterator_of_bytes_is_a_file(world: World, make: Any) -> None:
    """A generator or a list of pieces is written down once, and sent like any other file."""
    service = Service()
    upload(world, service, ("ten.pdf", make()))
    assert (service.announcements[0]["file_size"], service.arrived) == (10, TEN)


def test_an_async_iterator_is_a_file_of_the_async_client(world: World) -> None:
    """The async client reads it; the blocking one cannot, and says what can be passed instead."""
    service = Service()
    if world.blocking:
        for given in (adripping(), ("ten.pdf", adripping())):
            with pytest.raises(TypeError, match="only be read by the async client; pass an ordinary one"):
                upload(world, service, given)
        assert service.announcements == []
        return
    upload(world, service, ("ten.pdf", adripping()))
    assert service.arrived == TEN


def test_a_pipe_is_a_file(world: World) -> None:
    """What a program writes into a pipe can be sent while nobody knows how much it will be."""
    out, into = os.pipe()

    def write() -> None:
        for piece in (b"01234", b"56789"):
            os.write(into, piece)
        os.close(into)

    writer = threading.Thread(target=write)
    writer.start()
    service = Service()
    with open(out, "rb") as pipe:
        upload(world, service, ("ten.pdf", pipe))
        assert not pipe.closed
    writer.join()
    assert service.arrived == TEN


class Source:
    """A stream that can be read and nothing else, as HTTP libraries have them."""

    def __init__(self, content: bytes) -> None:
        self._held = io.BytesIO(content)

    def read(self, size: int = -1) -> bytes:
        """The next bytes."""
        return self._held.read(size)


def test_a_stream_that_can_only_be_read_is_a_file(world: World) -> None:
    """Neither seek nor tell: from where it stands to its end."""
    source, service = Source(b"header0123456789"), Service()
    source.read(6)
    upload(world, service, ("ten.pdf", source))
    assert service.arrived == TEN


class Awaited(Source):
    """The same, to be awaited: an upload of a web framework, or a file of anyio's or aiofiles'."""

    async def read(self, size: int = -1) -> bytes:  # type: ignore[override]  # that is the difference
        """The next bytes."""
        return super().read(size)


def test_a_file_that_is_awaited_is_one_of_the_async_client(world: World) -> None:
    """What a web framework hands over can be handed on; the blocking client says what it takes instead."""
    source, service = Awaited(b"0123456789"), Service()
    if world.blocking:
        for given in (source, ("ten.pdf", source), ("ten.pdf", adripping())):
            with pytest.raises(TypeError, match="only be read by the async client; pass an ordinary one"):
                upload(world, service, given)
        return
    upload(world, service, ("ten.pdf", source))
    assert service.arrived == TEN


def test_a_file_that_was_opened_with_anyio_is_sent(world: World, tmp_path: Path) -> None:
    """From where it stands, under its own name, and it stays open."""
    path = tmp_path / "ten.pdf"
    path.write_bytes(b"header0123456789")
    service = Service()

    async def send() -> None:
        async with await anyio.open_file(path, "rb") as file:
            await file.seek(6)
            await world.client(service).ocr.process_file(file)
            assert not file.wrapped.closed

    if not world.blocking:
        world.run(send())
        assert (service.announcements[0]["file_name"], service.arrived) == ("ten.pdf", TEN)


def test_a_name_goes_with_anything(world: World) -> None:
    """Without a name, a file whose size is not known is called document, and told by its first bytes."""
    service = Service(part=100)
    upload(world, service, iter([b"%PDF-1.7"]))
    assert (service.announcements[0]["file_name"], service.announcements[0]["content_type"]) == (
        "document",
        "application/pdf",
    )


@pytest.mark.parametrize("pieces", [["a.pdf", "b.pdf"], {"text"}, [1, 2], [None]])
def test_pieces_that_are_no_bytes_are_refused(world: World, pieces: Any) -> None:
    """A list of paths is the likeliest mistake; the sentence says what takes several files."""
    service = Service()
    with pytest.raises(errors.FileError, match="and not bytes; several files at once are a batch"):
        upload(world, service, pieces)
    assert service.announcements == []


def test_an_iterator_without_an_end_is_given_up(world: World) -> None:
    """More than the service takes is not written to the disk."""
    asked = itertools.count()
    endless = (b"x" * 1000 for _ in asked)
    with contextlib.ExitStack() as closing, pytest.raises(errors.FileError, match="larger than the 5000 bytes"):
        world.run(measured(world.transport(), ("a.pdf", endless), closing, 5000))
    assert next(asked) <= 7


def test_no_temporary_file_is_left_on_any_way_out(world: World, tmp_path: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a success, a failure, and an exception of the caller's own iterator."""

    def torn() -> Iterator[bytes]:
        yield b"%PDF-"
        raise ZeroDivisionError

    async def atorn() -> AsyncIterator[bytes]:
        for piece in torn():
            yield piece

    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    before = len(os.listdir("/proc/self/fd")) if os.path.isdir("/proc/self/fd") else 0
    upload(world, Service(), ("ten.pdf", dripping()))
    with pytest.raises(errors.FileError):
        upload(world, Service(), ("ten.exe", dripping()))
    service = Service()
    for broken in [torn()] if world.blocking else [torn(), atorn()]:
        with pytest.raises(ZeroDivisionError):
            upload(world, service, ("ten.pdf", broken))
    assert service.announcements == []
    assert os.listdir(tmp_path) == []
    if before:
        world.close()
        assert len(os.listdir("/proc/self/fd")) <= before


def test_a_file_that_is_open_and_can_be_measured_is_not_copied(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only what has no size takes room on the disk."""
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda: pytest.fail("a copy was made"))
    upload(world, Service(), ("ten.pdf", io.BytesIO(b"0123456789")))
    upload(world, Service(), ("ten.pdf", b"0123456789"))
