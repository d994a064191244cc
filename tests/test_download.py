"""A body straight into a file: whole or not at all, of any size, over whatever was there."""

from __future__ import annotations

import contextlib
import os
import socket
import stat
import tracemalloc
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from conftest import Script, World
from documents import openapi
from faulty import Faulty, says
from test_sockets import MIB
from test_stream import Pieces

from leapocr_dyn import errors
from leapocr_dyn.api import Api, load

PDF = "Content-Type: application/pdf"
BINARY = {"type": "string", "format": "binary"}


def archive(media: str = "application/pdf", method: str = "get") -> Api:
    """An Api of one file, whose operation has a parameter called `path`."""
    parameter = {"name": "path", "in": "query", "schema": {"type": "string"}}
    described = {"200": {"description": "", "content": {media: {"schema": BINARY}}}}
    node = {"operationId": "fetch", "tags": ["Archive"], "parameters": [parameter], "responses": described}
    return load(openapi(paths={"/file": {method: node}}))


def save(world: World, server: Any, path: Any, api: Api | None = None, **settings: Any) -> Any:
    """The path that is given back."""
    client = world.client(server, api=api or archive(), **settings)
    return world.run(client.archive.fetch.save(path, path="wire"))


def a_file(content: bytes = b"%PDF whole") -> httpx.Response:
    """An answer that is a file."""
    return httpx.Response(200, headers={"content-type": "application/pdf"}, content=content)


def files(folder: Path) -> dict[str, bytes]:
    """All that is in a folder."""
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def test_an_answer_becomes_a_file(world: World, tmp_path: Path) -> None:
    """At the path that was given, which comes back as a Path; the arguments are those of the operation."""
    script = Script(a_file())
    for path in (tmp_path / "a.pdf", str(tmp_path / "b.pdf")):
        assert save(world, script, path) == Path(path)
    assert files(tmp_path) == {"a.pdf": b"%PDF whole", "b.pdf": b"%PDF whole"}
    assert script.requests[0].url.query == b"path=wire"


def test_what_was_there_is_replaced_at_the_end(world: World, tmp_path: Path) -> None:
    """With its rights; a link stays a link, and a new file has the rights that any new file has."""
    (tmp_path / "old.pdf").write_bytes(b"old, and much longer than the new one")
    (tmp_path / "old.pdf").chmod(0o640)
    (tmp_path / "link.pdf").symlink_to("old.pdf")
    save(world, Script(a_file()), tmp_path / "link.pdf")
    save(world, Script(a_file(b"")), tmp_path / "new.pdf")
    assert (tmp_path / "link.pdf").is_symlink()
    assert files(tmp_path) == {"old.pdf": b"%PDF whole", "link.pdf": b"%PDF whole", "new.pdf": b""}
    assert stat.S_IMODE((tmp_path / "old.pdf").stat().st_mode) == 0o640
    (tmp_path / "plain").touch()
    assert (tmp_path / "new.pdf").stat().st_mode == (tmp_path / "plain").stat().st_mode


@pytest.mark.parametrize(
    ("where", "said"),
    [
        (".", "it is a folder"),
        ("nowhere/a.pdf", "there is no folder"),
        ("/dev/null", "it is a device"),
        ("a\0b", "null (byte|character)"),
        ("x" * 300, "name too long"),
    ],
)
def test_a_place_that_takes_no_file_is_refused_before_anything_is_sent(
    world: World, tmp_path: Path, where: str, said: str
) -> None:
    """FileError names the path and says why."""
    script = Script(a_file())
    with pytest.raises(errors.FileError, match=f"(?i){said}") as caught:
        save(world, script, tmp_path / where)
    assert caught.value.file_path == str(tmp_path / where)
    assert (script.calls, files(tmp_path)) == (0, {})


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (httpx.Response(404, json={"message": "gone"}), errors.NotFoundError),
        (httpx.Response(302, headers={"location": "https://elsewhere.test"}), errors.APIError),
        (httpx.Response(200, html="<h1>Log in</h1>"), errors.DecodeError),
        (httpx.ConnectError("no"), errors.ConnectionError),
    ],
    ids=lambda one: str(getattr(one, "status_code", getattr(one, "__name__", type(one).__name__))),
)
def test_a_failure_is_typed_and_writes_nothing(world: World, tmp_path: Path, answer: Any, kind: Any) -> None:
    """What was there stays as it was, and nothing lies beside it."""
    (tmp_path / "a.pdf").write_bytes(b"old")
    for media in ("application/pdf", "application/json"):
        with pytest.raises(kind) as caught:
            save(world, Script(answer), tmp_path / "a.pdf", archive(media), max_retries=0)
        assert (files(tmp_path), caught.value.operation) == ({"a.pdf": b"old"}, "fetch")


def test_a_full_disk_is_a_file_error(world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever the system says, in a sentence with the path; and nothing is left."""

    def full(self: Path, target: Path) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(Path, "replace", full)
    with pytest.raises(errors.FileError, match=r"a\.pdf': No space left on device"):
        save(world, Script(a_file()), tmp_path / "a.pdf")
    assert files(tmp_path) == {}


def test_nothing_is_left_of_a_download_that_is_cancelled(world: World, tmp_path: Path) -> None:
    """Whoever stops waiting leaves no half file behind."""
    if world.blocking:
        return  # nothing can be cancelled there

    class Endless(Pieces):
        async def __aiter__(self) -> Any:
            yield b"%PDF"
            await anyio.sleep_forever()

    server = lambda _: httpx.Response(200, headers={"content-type": "application/pdf"}, stream=Endless())  # noqa: E731
    client = world.client(server, api=archive())

    async def impatient() -> list[str]:
        with anyio.move_on_after(0.1):
            await client.archive.fetch.save(tmp_path / "a.pdf")
        return os.listdir(tmp_path)

    assert world.run(impatient()) == []


# -- over real sockets


def test_a_file_over_a_real_socket(world: World, tmp_path: Path) -> None:
    """Whole, and the connection is closed by the server."""
    content = bytes(range(256)) * 5000
    with Faulty(says(content, PDF)) as server:
        save(world, f"http://{server.host}", tmp_path / "a.pdf")
        world.close()
    assert files(tmp_path) == {"a.pdf": content}


def broken_at_first(content: bytes) -> Callable[[socket.socket, Faulty], None]:
    """Breaks off in the middle of the first answer."""

    def behave(connection: socket.socket, server: Faulty) -> None:
        missing = 5 if server.connections == 1 else 0
        says(content[: len(content) - missing], PDF, length=len(content))(connection, server)

    return behave


def test_a_body_that_breaks_off_is_asked_for_again_from_the_beginning(world: World, tmp_path: Path) -> None:
    """Where a call would be; a POST whose answer is lost may have cost something, and is not."""
    with Faulty(broken_at_first(b"%PDF whole")) as server:
        save(world, f"http://{server.host}", tmp_path / "a.pdf", retry_delay=0)
        assert (server.connections, files(tmp_path)) == (2, {"a.pdf": b"%PDF whole"})
        world.close()
    with Faulty(broken_at_first(b"%PDF whole")) as server:
        with pytest.raises(errors.SubmissionUnknownError, match="broke off after 5 bytes of the answer"):
            save(world, f"http://{server.host}", tmp_path / "b.pdf", archive(method="post"), retry_delay=0)
        world.close()
    assert server.connections == 1
    assert list(files(tmp_path)) == ["a.pdf"]


def test_a_body_that_is_always_cut_off_is_a_connection_error(world: World, tmp_path: Path) -> None:
    """After the attempts that are allowed; shorter than its Content-Length is never whole, whoever counts."""
    with Faulty(says(b"%PDF", PDF, length=99)) as server:
        with pytest.raises(errors.ConnectionError, match="fetch: the connection broke off after 4 ") as caught:
            save(world, f"http://{server.host}", tmp_path / "a.pdf", max_retries=1, retry_delay=0)
        assert (server.connections, caught.value.attempts, files(tmp_path)) == (2, 2, {})
        world.close()
    short = httpx.Response(
        200, headers={"content-length": "99", "content-type": "application/pdf"}, stream=Pieces(b"%PDF")
    )
    with pytest.raises(errors.ConnectionError, match="broke off after 4 of 99 bytes"):
        save(world, lambda _: short, tmp_path / "a.pdf", max_retries=0)


def test_a_silence_that_is_too_long_ends_a_download(world: World, tmp_path: Path) -> None:
    """As in a stream: the timeout is seconds without progress."""

    def behave(connection: socket.socket, server: Faulty) -> None:
        server.read(connection)
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Type: application/pdf\r\nContent-Length: 99\r\n\r\n%PDF")
        with contextlib.suppress(OSError):
            connection.recv(1)

    with Faulty(behave) as server:
        with pytest.raises(errors.TimeoutError, match=r"nothing came for 0\.3 s after 4 bytes"):
            save(world, f"http://{server.host}", tmp_path / "a.pdf", max_retries=0, timeout=0.3)
        world.close()
    assert files(tmp_path) == {}


def test_memory_does_not_grow_with_the_download(world: World, tmp_path: Path) -> None:
    """100 MiB come in with a few in memory."""

    def behave(connection: socket.socket, server: Faulty) -> None:
        server.read(connection)
        head = f"HTTP/1.1 200 OK\r\n{PDF}\r\nConnection: close\r\nContent-Length: {100 * MIB}\r\n\r\n"
        connection.sendall(head.encode())
        for _ in range(100):
            connection.sendall(bytes(MIB))

    with Faulty(behave) as server:
        client = world.client(f"http://{server.host}", api=archive())
        world.run(client._session.io.sleep(0))  # the loop, before we measure
        tracemalloc.start()
        try:
            world.run(client.archive.fetch.save(tmp_path / "a.pdf"))
            peak = tracemalloc.get_traced_memory()[1]
        finally:
            tracemalloc.stop()
        world.close()
    assert (tmp_path / "a.pdf").stat().st_size == 100 * MIB
    assert peak < 10 * MIB
