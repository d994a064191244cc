"""A file in parts: which bytes go where, what is sent again, what is refused, and what is told meanwhile."""

from __future__ import annotations

import io
import json
import os
import signal
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import anyio
import httpx
import pytest
from conftest import KEY, World, answer, told
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn import ProcessOptions, errors
from leapocr_dyn.services.leapocr.validation import validate_file
from leapocr_dyn.workflows.upload import shortened, unquoted

TEN = ("ten.pdf", b"0123456789")
Fault = Callable[[int, int, int], httpx.Response | Exception | None]


class Service:
    """LeapOCR and its storage, as far as an upload sees them. part: bytes of every part but the last.

    fault: what the storage does with (job, part, attempt) instead of taking it. arrived: by (job, part), every body.
    """

    def __init__(self, part: int = 4, fault: Fault | None = None, etag: str | None = '"e{}"', **announced: Any) -> None:
        self.part = part
        self.fault = fault or (lambda job, part, attempt: None)
        self.etag = etag
        self.announced = announced
        self.announcements: list[dict[str, Any]] = []
        self.completed: list[tuple[str, Any]] = []
        self.arrived: dict[tuple[int, int], list[bytes]] = {}
        self.puts: list[httpx.Request] = []
        self._lock = threading.Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            if request.url.host != "api.test":
                return self._stored(request)
            if request.url.path.endswith("/direct"):
                return self._announced(json.loads(request.content))
            job = request.url.path.split("/")[-2]
            self.completed.append((job, json.loads(request.content)["parts"]))
            return answer(json={"job_id": job, "status": "pending"})

    def _announced(self, body: dict[str, Any]) -> httpx.Response:
        self.announcements.append(body)
        job = len(self.announcements)
        parts = [
            {
                "part_number": number,
                "start_byte": first,
                "end_byte": min(first + self.part, body["file_size"]) - 1,
                "upload_url": f"https://storage.test/{job}/{number}?signature=s3cret",
            }
            for number, first in enumerate(range(0, body["file_size"], self.part), 1)
        ]
        return answer(json={"job_id": str(job), "parts": parts, **self.announced})

    def _stored(self, request: httpx.Request) -> httpx.Response:
        job, number = map(int, request.url.path.strip("/").split("/"))
        self.puts.append(request)
        attempt = sum(one.url.path == request.url.path for one in self.puts)
        fault = self.fault(job, number, attempt)
        if fault is not None:
            return told(fault)
        self.arrived.setdefault((job, number), []).append(request.content)
        return httpx.Response(200, headers={"ETag": self.etag.format(number)} if self.etag is not None else {})


def always(fault: httpx.Response | Exception) -> Fault:
    """The same fault for every part and attempt."""
    return lambda job, part, attempt: fault


def upload(world: World, service: Service, file: Any = TEN, on_sent: Any = None, **settings: Any) -> Any:
    """The result of sending a file."""
    return world.run(world.client(service, **settings).ocr.process_file(file, on_sent=on_sent))


# -- which bytes go where


def test_every_part_gets_exactly_its_bytes(world: World) -> None:
    """The server says which range goes to which link, inclusive at both ends; then the upload is completed, once."""
    service = Service()
    assert upload(world, service).job_id == "1"
    assert service.arrived == {(1, 1): [b"0123"], (1, 2): [b"4567"], (1, 3): [b"89"]}
    assert service.completed == [("1", [{"part_number": number, "etag": f"e{number}"} for number in (1, 2, 3)])]


def test_parts_that_are_listed_in_any_order_arrive_where_they_belong(world: World) -> None:
    """The list's order means nothing; numbers and ranges do."""
    ranges = [(2, 4, 9), (1, 0, 3)]
    parts = [
        {"part_number": number, "start_byte": first, "end_byte": last, "upload_url": f"https://storage.test/1/{number}"}
        for number, first, last in ranges
    ]
    service = Service(parts=parts)
    upload(world, service)
    assert service.arrived == {(1, 1): [b"0123"], (1, 2): [b"456789"]}
    assert [part["part_number"] for part in service.completed[0][1]] == [1, 2]


def test_parts_travel_together(world: World) -> None:
    """Several parts are under way at once: each of three waits until the others have come."""
    service, meeting = Service(), threading.Barrier(3)
    count, all_there = 0, anyio.Event()

    def meets(request: httpx.Request) -> httpx.Response:
        if request.url.host == "storage.test":
            meeting.wait(10)
        return service(request)

    async def ameets(request: httpx.Request) -> httpx.Response:
        nonlocal count
        if request.url.host == "storage.test":
            count += 1
            if count == 3:
                all_there.set()
            with anyio.fail_after(10):
                await all_there.wait()
        return service(request)

    server: Any = meets if world.blocking else ameets
    world.run(world.client(server).ocr.process_file(TEN))
    assert len(service.arrived) == 3


@pytest.mark.parametrize(("etag", "told"), [('"e1"', "e1"), ("e1", "e1"), ('W/"weak"', "weak"), (' "e1" ', "e1")])
def test_a_receipt_goes_back_without_quotes(world: World, etag: str, told: str) -> None:
    """Storage quotes its ETags, some weakly; the API compares them as plain text."""
    service = Service(part=10, etag=etag)
    upload(world, service)
    assert service.completed[0][1] == [{"part_number": 1, "etag": told}]
    assert unquoted(etag) == told


def test_a_part_is_plain_bytes_of_a_known_length(world: World) -> None:
    """No media type, which a link's signature may not expect, and no chunked coding, which storage refuses."""
    service = Service()
    upload(world, service)
    for request in service.puts:
        assert (request.method, int(request.headers["content-length"])) == ("PUT", len(request.content))
        assert not request.headers.keys() & {"content-type", "transfer-encoding", "expect"}


@pytest.mark.parametrize("kind", ["multipart", "single", "", None, 5])
def test_an_upload_of_any_type_is_completed(world: World, kind: Any) -> None:
    """Whatever the server calls it: parts that have arrived become a job."""
    service = Service(upload_type=kind)
    assert upload(world, service).job_id == "1"
    assert [job for job, _ in service.completed] == ["1"]


def test_a_last_part_that_ends_behind_the_file_is_sent_to_the_files_end(world: World) -> None:
    """A server that counts in whole chunks means what is there; a part that only begins behind it is refused."""
    for last in (10, 2**40):
        service = Service(**cut((0, last)))
        assert upload(world, service).job_id == "1"
        assert service.arrived == {(1, 1): [b"0123456789"]}


# -- what is sent again


@pytest.mark.parametrize(
    "fault",
    [answer(500), answer(503), answer(429), httpx.ConnectError("refused"), httpx.WriteError("reset")],
    ids=lambda fault: type(fault).__name__ if isinstance(fault, Exception) else str(fault.status_code),
)
def test_a_part_that_failed_is_sent_again_by_itself(world: World, fault: httpx.Response | Exception) -> None:
    """The second of three parts fails twice: only it is repeated, from its first byte."""
    service = Service(fault=lambda job, part, attempt: fault if part == 2 and attempt < 3 else None)
    upload(world, service)
    assert len(service.puts) == 5
    assert service.arrived == {(1, 1): [b"0123"], (1, 2): [b"4567"], (1, 3): [b"89"]}
    assert len(service.announcements) == len(service.completed) == 1


def test_a_storage_that_is_busy_says_for_how_long(world: World) -> None:
    """Retry-After counts for parts, too."""
    busy = answer(503, retry_after="7")
    upload(world, Service(fault=lambda job, part, attempt: busy if (part, attempt) == (1, 1) else None), retry_delay=0)
    assert world.slept == [7]


@pytest.mark.parametrize(
    ("fault", "kind", "puts"),
    [
        (answer(500), errors.APIError, 4),
        (answer(400), errors.APIError, 1),
        (httpx.ReadTimeout("silent"), errors.TimeoutError, 4),
    ],
)
def test_a_failed_upload_is_never_completed(
    world: World, fault: httpx.Response | Exception, kind: type[errors.Error], puts: int
) -> None:
    """When a part cannot be sent, the error says so, the others stop, and no job begins."""
    service = Service(part=10, fault=always(fault))
    with pytest.raises(kind):
        upload(world, service)
    assert (len(service.puts), service.completed) == (puts, [])


@pytest.mark.parametrize("expired", [{1}, {2, 3}, {1, 2, 3}])
def test_links_that_expired_are_asked_for_once_and_everything_arrives_exactly_once(
    world: World, expired: set[int]
) -> None:
    """A 403 announces the file again, once for all parts that meet it; fresh links belong to a fresh job."""
    service = Service(fault=lambda job, part, attempt: answer(403) if job == 1 and part in expired else None)
    assert upload(world, service).job_id == "2"
    assert len(service.announcements) == 2
    assert {key: bodies for key, bodies in service.arrived.items() if key[0] == 2} == {
        (2, 1): [b"0123"],
        (2, 2): [b"4567"],
        (2, 3): [b"89"],
    }
    assert [job for job, _ in service.completed] == ["2"]


def test_links_that_never_work_end_the_upload(world: World) -> None:
    """Fresh links that expire at once are not asked for again and again."""
    service = Service(fault=always(answer(403)))
    with pytest.raises(errors.ForbiddenError, match="expire faster"):
        upload(world, service)
    assert (len(service.announcements), service.completed) == (2, [])
    wrong = httpx.Response(403, text="<Error><Code>SignatureDoesNotMatch</Code></Error>")
    with pytest.raises(errors.ForbiddenError, match=r"403 SignatureDoesNotMatch: .* or none is right"):
        upload(world, Service(fault=always(wrong)))


def test_a_part_that_meets_an_old_link_while_fresh_ones_are_asked_for_waits_for_them() -> None:
    """A worker that becomes free in the middle of that does not take it for links that never work."""
    met = threading.Event()
    service = Service(part=1, fault=lambda job, part, attempt: answer(403) if job == 1 and part != 8 else None)

    def server(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/direct") and service.announcements:
            assert met.wait(10)  # until a ninth part has met its old link
        elif request.url.path in ("/1/9", "/1/10"):
            met.set()
        return service(request)

    world = World("blocking")
    assert world.run(world.client(server).ocr.process_file(TEN)).job_id == "2"
    assert (len(service.announcements), [job for job, _ in service.completed]) == (2, ["2"])
    world.close()


def test_a_part_that_was_refused_tells_all_that_is_known(world: World) -> None:
    """Whose call it was, the storage's status, code and request id, and how often it was tried; not its body."""
    body = b"<Error><Code>SlowDown</Code><StringToSign>s3cret</StringToSign></Error>"
    for status, tries in ((400, 1), (503, 3), (403, 1)):
        reply = httpx.Response(status, headers={"x-amz-request-id": "7c1", "retry-after": "1"}, content=body)
        with pytest.raises(
            errors.of_status(status), match=r"(take part 1 of|links for) \(ten\.pdf, 10 bytes\)"
        ) as caught:
            upload(world, Service(part=10, fault=always(reply)), max_retries=2)
        error: Any = caught.value
        assert (error.operation, error.status_code, error.code) == ("direct_upload", status, "SlowDown")
        assert (error.request_id, error.attempts, error.body) == ("7c1", tries, None)
    with pytest.raises(errors.ConnectionError) as lost:
        upload(world, Service(fault=always(httpx.ConnectError("refused"))), max_retries=2)
    assert (lost.value.operation, lost.value.attempts) == ("direct_upload", 3)


# -- what is refused


def cut(*ranges: tuple[int, int], **more: Any) -> dict[str, Any]:
    """An announcement of these byte ranges."""
    link = {"upload_url": "https://storage.test/1/1", **more}
    return {
        "parts": [
            {"part_number": number, "start_byte": first, "end_byte": last, **link}
            for number, (first, last) in enumerate(ranges, 1)
        ]
    }


@pytest.mark.parametrize(
    "announced",
    [
        cut(),
        cut((0, 8)),
        cut((0, 9), (10, 12)),
        cut((1, 9)),
        cut((0, 3), (5, 9)),
        cut((0, 5), (5, 9)),
        cut((0, 9), (0, 9)),
        cut((0, 4), (5, 9), part_number=1),
        cut((0, 9), upload_url=None),
        cut((0, 9), upload_url=7),
        cut((0, 9), start_byte="0"),
        cut((0, 9), upload_url="file:///etc/passwd"),
        cut((0, 9), upload_url="/1/1"),
        cut((0, 9), upload_url="http://storage.test/1/1"),
        cut((0, 9), upload_url="https://[half"),
        {"parts": None},
        {"parts": {}},
        {"parts": [None]},
        {"parts": [{}]},
    ],
)
def test_an_announcement_that_cannot_be_right_is_refused_before_a_byte_is_sent(
    world: World, announced: dict[str, Any]
) -> None:
    """Gaps, overlaps, too much, too little, no link, or a link down from https: ContractError, and nothing went out."""
    service = Service(**announced)
    with pytest.raises(errors.ContractError):
        upload(world, service)
    assert (service.puts, service.completed) == ([], [])


@pytest.mark.parametrize("etag", [None, ""])
def test_a_part_without_a_receipt_is_an_error(world: World, etag: str | None) -> None:
    """Without an ETag the upload cannot be completed, so it is not."""
    service = Service(etag=etag)
    with pytest.raises(errors.ContractError, match="no receipt for part"):
        upload(world, service)
    assert service.completed == []


def test_a_file_that_shrinks_while_it_is_sent_is_noticed(world: World, tmp_path: Path) -> None:
    """Half a file never becomes a job."""
    path = tmp_path / "shrinks.pdf"
    path.write_bytes(b"0123456789")
    service = Service()

    def server(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("/direct"):
            path.write_bytes(b"01234")
        return service(request)

    with pytest.raises(errors.FileError, match=r"shrinks\.pdf became shorter") as caught:
        world.run(world.client(server).ocr.process_file(path))
    assert (caught.value.file_path, service.completed) == (str(path), [])


def test_a_file_that_grows_while_it_is_sent_is_noticed(world: World, tmp_path: Path) -> None:
    """Nor does the half that another program has written so far; by path, and as an open file."""
    path = tmp_path / "grows.pdf"
    for opened in (False, True):
        path.write_bytes(b"0123456789")
        service = Service()

        def grow(sent: int, size: int) -> None:
            with path.open("ab") as file:
                file.write(b"more")

        with path.open("rb") as file, pytest.raises(errors.FileError, match=r"grows\.pdf became longer"):
            upload(world, service, file if opened else path, on_sent=grow)
        assert service.completed == []


class Pipe(io.BytesIO):
    """A stream that cannot be measured."""

    def seek(self, offset: int, whence: int = 0) -> int:
        raise io.UnsupportedOperation("seek")


def sparse(path: Path, size: int) -> Path:
    """A file of so many bytes that takes no room."""
    with path.open("wb") as file:
        file.truncate(size)
    return path


def at_its_end() -> io.BytesIO:
    """What was just written, and not rewound."""
    file = io.BytesIO()
    file.write(b"%PDF-")
    return file


def closed() -> io.BytesIO:
    """What somebody has closed already."""
    file = io.BytesIO(b"%PDF-1.7")
    file.close()
    return file


def fifo(path: Path) -> Path:
    """A named pipe."""
    os.mkfifo(path)
    return path


@pytest.mark.skipif(os.name != "posix", reason="pipes and sparse files")
@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "missing.pdf", r"there is no file .*missing\.pdf"),
        (lambda folder: sparse(folder / "empty.pdf", 0), r"empty\.pdf is empty"),
        (lambda folder: folder, r"is a folder and not a file; pass one file at a time"),
        (lambda folder: sparse(folder / "a.exe", 1), r"a\.exe is a \.exe file; supported are \.pdf, \.png"),
        (lambda folder: sparse(folder / "huge.pdf", 2**30 + 1), r"huge\.pdf cannot be sent: .*1073741824"),
        (lambda folder: sparse(folder / "no-ending", 20), r"no-ending is of a type that its first bytes do not tell"),
        (lambda folder: "bad\0name.pdf", r"bad\\u0000name\.pdf cannot be read"),
        (lambda folder: b"", r"\(document, 0 bytes\) is empty"),
        (lambda folder: ("a.pdf", b""), r"\(a\.pdf, 0 bytes\) is empty"),
        (lambda folder: io.BytesIO(), r"^the BytesIO is empty$"),
        (lambda folder: ("a.pdf", io.BytesIO()), r"^a\.pdf is empty$"),
        (lambda folder: ("a.pdf", iter([b"", b""])), r"^a\.pdf is empty$"),
        (lambda folder: iter([]), r"^document is empty$"),
        (lambda folder: b"plain words", r"of a type that its first bytes do not tell"),
        (lambda folder: io.StringIO("%PDF-"), r"open as text; open it with mode 'rb'"),
        (lambda folder: closed(), r"the BytesIO cannot be measured \(I/O operation on closed file"),
        (lambda folder: open_as("/home/me/evil.exe"), r"evil\.exe is a \.exe file"),
        (lambda folder: Pipe(b"%PDF-"), r"cannot be measured .*; pass its bytes instead"),
        (lambda folder: 7, r"a file is a path, bytes, .*, an iterator of bytes, or \(name, .*\), not int"),
        (
            lambda folder: ("a.pdf", b"1", "application/pdf"),
            r"a\.pdf: a file as a tuple is \(name, bytes\), not \(str, b",
        ),
        (lambda folder: (b"1", "a.pdf"), r"a\.pdf: a file as a tuple is \(name, bytes\), not \(bytes, str\)"),
        (lambda folder: "", r"the path is empty; pass the path of a file"),
        (lambda folder: "https://a.test/b.pdf?s3cret", r"^https://a\.test/b\.pdf is a URL .*; pass it to process_url$"),
        (lambda folder: Path("http://a.test/b.pdf"), r"is a URL and not a file"),
        (lambda folder: at_its_end(), r"the BytesIO stands at its end; seek\(0\) first"),
        (lambda folder: fifo(folder / "pipe.pdf"), r"pipe\.pdf is a pipe or a device, .*; read it, and pass \(name, b"),
    ],
)
def test_a_file_that_cannot_be_sent_is_refused_by_name(world: World, tmp_path: Path, make: Any, said: str) -> None:
    """Whatever is wrong is known before anything is sent, and the sentence names the file."""
    service = Service()
    with pytest.raises(errors.FileError, match=said):
        upload(world, service, make(tmp_path))
    assert service.announcements == []


def test_the_largest_file_is_a_gibibyte(world: World, tmp_path: Path) -> None:
    """One byte more is refused before anything is sent, with the file, its size and the field, however it is given."""
    service, size = Service(), 2**30 + 1
    path = sparse(tmp_path / "huge.pdf", size)
    with path.open("rb") as file:
        for given in (path, file, ("huge.pdf", path)):
            with pytest.raises(
                errors.FileError, match="file_size: must be at most 1073741824, not 1073741825"
            ) as caught:
                upload(world, service, given)
            assert (caught.value.file_size, "huge.pdf" in str(caught.value.file_path)) == (size, True)
    assert service.announcements == []
    assert not validate_file(path).valid
    sparse(path, size - 1)
    assert validate_file(path).valid
    assert world.client(service).ocr.direct_upload.plan(file_name="a", file_size=size - 1, content_type="image/png")


@pytest.mark.parametrize("ending", [".pdf", ".png", ".jpg", ".jpeg", ".tif", ".tiff", ".webp", ".PDF", ".WebP"])
def test_the_kinds_that_the_service_reads_are_taken(world: World, ending: str) -> None:
    """By their endings, in any case; any other is refused, also as an open file."""
    service = Service(part=10)
    upload(world, service, (f"scan{ending}", b"0123456789"))
    assert service.announcements[0]["content_type"].partition("/")[0] in ("application", "image")
    evil = io.BytesIO(b"MZ")
    evil.name = "/home/me/evil.exe"
    with pytest.raises(errors.FileError, match=r"is a \.exe file; supported are \.pdf"):
        upload(world, service, evil)
    assert len(service.announcements) == 1


def test_wrong_options_are_not_the_files_fault(world: World) -> None:
    """A field that the file has nothing to do with stays a ValidationError, by its name."""
    client = world.client(Service())
    options = ProcessOptions(format="structured", schema={"type": "object"}, instructions="x" * 101)
    with pytest.raises(errors.ValidationError) as caught:
        world.run(client.ocr.process_file(TEN, options))
    assert caught.value.field == "instructions"
    service = Service()
    with pytest.raises(errors.ValidationError, match="file_name") as caught:
        world.run(world.client(service).ocr.process_file(TEN, ProcessOptions(file_name="a" * 256)))
    assert caught.value.field == "file_name"
    assert service.announcements == []


# -- what a file can be


def open_as(name: Any) -> io.BytesIO:
    """An open PDF whose `name` is this."""

    class Named(io.BytesIO):
        pass

    file: Any = Named(b"%PDF-1.7")
    file.name = name
    return file  # type: ignore[no-any-return]  # a file with one attribute more


@pytest.mark.parametrize(
    ("file", "name", "kind"),
    [
        (("Scan.PDF", b"x"), "Scan.PDF", "application/pdf"),
        (("a.jpeg", b"x"), "a.jpeg", "image/jpeg"),
        (b"%PDF-1.7 ...", "document", "application/pdf"),
        (b"\x89PNG\r\n\x1a\n...", "document", "image/png"),
        (b"RIFF....WEBPVP8 ", "document", "image/webp"),
        (bytearray(b"\xff\xd8\xff..."), "document", "image/jpeg"),
        (memoryview(b"II*\0...."), "document", "image/tiff"),
        (memoryview(b"MM\0*...."), "document", "image/tiff"),
        (("in/a\\folder.pdf", b"x"), "folder.pdf", "application/pdf"),
        ((Path("in/a.png"), b"x"), "a.png", "image/png"),
        (("a\udcff.pdf", b"x"), "a\N{REPLACEMENT CHARACTER}.pdf", "application/pdf"),
        (("日本\n.pdf", b"x"), "日本\n.pdf", "application/pdf"),
        (lambda: open_as("/home/me/secret/a.pdf"), "a.pdf", "application/pdf"),
        (lambda: open_as(b"/home/me/b.pdf"), "b.pdf", "application/pdf"),
        (lambda: open_as(r"C:\Users\me\c.pdf"), "c.pdf", "application/pdf"),
        (lambda: open_as("../.."), "document", "application/pdf"),
        (lambda: open_as(7), "document", "application/pdf"),
        (lambda: open_as(None), "document", "application/pdf"),
        (lambda: open_as(object()), "document", "application/pdf"),
    ],
)
def test_name_and_type_come_from_the_ending_or_the_first_bytes(world: World, file: Any, name: str, kind: str) -> None:
    """Only the base name is sent, never the folders above it."""
    service = Service(part=100)
    upload(world, service, file() if callable(file) else file)
    assert (service.announcements[0]["file_name"], service.announcements[0]["content_type"]) == (name, kind)


@pytest.mark.parametrize(
    ("name", "sent"),
    [
        ("a" * 251 + ".pdf", "a" * 251 + ".pdf"),
        ("a" * 252 + ".pdf", "a" * 251 + ".pdf"),
        ("\N{TEACUP WITHOUT HANDLE}" * 999 + ".jpeg", "\N{TEACUP WITHOUT HANDLE}" * 250 + ".jpeg"),
        ("\N{ACUTE ACCENT}\n\0.pdf", "\N{ACUTE ACCENT}\n\0.pdf"),
    ],
)
def test_a_name_that_is_too_long_is_cut_and_keeps_its_ending(world: World, name: str, sent: str) -> None:
    """At most 255 characters, of any script; a name is no reason to refuse a file."""
    service = Service()
    upload(world, service, (name, b"0123456789"))
    assert service.announcements[0]["file_name"] == sent


@given(st.text(max_size=600))
def test_any_name_is_short_enough_and_begins_as_it_did(name: str) -> None:
    """What is short enough stays as it is; of what is not, the ending stays where it has room."""
    short, ending = shortened(name), os.path.splitext(name)[1]
    assert len(short) == min(len(name), 255)
    assert short.endswith(ending) or len(ending) > 255
    assert shortened(short) == short


def test_a_path_is_sent_under_its_base_name(world: World, tmp_path: Path) -> None:
    """As text, as bytes in the file system's coding, or as a Path."""
    (tmp_path / "scan.pdf").write_bytes(b"0123456789")
    for path in (tmp_path / "scan.pdf", str(tmp_path / "scan.pdf")):
        service = Service()
        upload(world, service, path)
        assert service.announcements[0]["file_name"] == "scan.pdf"
        assert b"".join(body for key in sorted(service.arrived) for body in service.arrived[key]) == b"0123456789"


class Sip(io.BytesIO):
    """A file that gives three bytes at most, however many are wanted."""

    def read(self, size: int | None = -1, /) -> bytes:
        """At most three bytes."""
        return super().read(min(size, 3) if size is not None and size >= 0 else 3)


def test_a_file_that_gives_less_than_was_asked_is_asked_again(world: World) -> None:
    """A short read is not the end of a file."""
    service = Service()
    upload(world, service, ("ten.png", Sip(b"0123456789")))
    assert service.announcements[0]["file_name"] == "ten.png", "the name that was given goes before the file's own"
    assert service.arrived == {(1, 1): [b"0123"], (1, 2): [b"4567"], (1, 3): [b"89"]}


def test_where_the_system_cannot_read_by_position_parts_take_turns(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Windows has no os.pread; every part gets its own bytes all the same."""
    monkeypatch.delattr(os, "pread", raising=False)
    (tmp_path / "ten.pdf").write_bytes(b"0123456789")
    service = Service()
    upload(world, service, tmp_path / "ten.pdf")
    assert service.arrived == {(1, 1): [b"0123"], (1, 2): [b"4567"], (1, 3): [b"89"]}


def test_an_open_file_is_sent_from_where_it_stands_and_stays_open(world: World) -> None:
    """What was read already is not sent; the file belongs to the caller."""
    with tempfile.NamedTemporaryFile(suffix=".pdf") as file:
        file.write(b"header0123456789")
        file.seek(6)
        service = Service()
        upload(world, service, file)
        assert not file.closed
    assert service.announcements[0]["file_size"] == 10
    assert service.arrived == {(1, 1): [b"0123"], (1, 2): [b"4567"], (1, 3): [b"89"]}


# -- what is told meanwhile


@pytest.mark.parametrize(
    "fault",
    [
        lambda job, part, attempt: None,
        lambda job, part, attempt: answer(500) if attempt < 3 else None,
        lambda job, part, attempt: answer(403) if job == 1 and part == 3 else None,
    ],
    ids=["no fault", "every part twice", "fresh links"],
)
def test_progress_only_grows_and_ends_at_the_size(world: World, fault: Fault) -> None:
    """on_sent hears of every step once, though parts are repeated or sent to fresh links."""
    heard: list[tuple[int, int]] = []
    upload(world, Service(fault=fault), on_sent=lambda sent, size: heard.append((sent, size)))
    sent = [count for count, _ in heard]
    assert sent == sorted(set(sent))
    assert (heard[0], heard[-1]) == ((0, 10), (10, 10))


def test_an_async_listener_is_awaited_after_each_part(world: World) -> None:
    """It may be async: it hears less often, in the same order, and of the end."""
    heard: list[int] = []

    async def listen(sent: int, size: int) -> None:
        heard.append(sent)

    for listener in (listen, lambda sent, size: listen(sent, size)):
        heard.clear()
        upload(world, Service(), on_sent=listener)
        assert heard == sorted(set(heard))
        assert heard[-1] == 10


@pytest.mark.parametrize("suspends", [False, True])
def test_a_listener_that_fails_ends_the_upload(world: World, suspends: bool) -> None:
    """What it raises is what the caller gets; the other parts stop, and nothing is completed."""
    service = Service(part=1)

    def listen(sent: int, size: int) -> None:
        if sent > 2:
            raise LookupError

    async def alisten(sent: int, size: int) -> None:
        listen(sent, size)

    with pytest.raises(LookupError):
        upload(world, service, on_sent=alisten if suspends else listen)
    assert service.completed == []


@pytest.mark.skipif(os.name != "posix", reason="signals")
def test_ctrl_c_stops_the_parts_and_completes_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the blocking client: at once, no part begins after it, no listener hears more, no temporary file stays."""
    world, heard, over = World("blocking"), [0], threading.Event()

    def fault(job: int, part: int, attempt: int) -> None:
        if part == 3:
            signal.pthread_kill(threading.main_thread().ident or 0, signal.SIGINT)
        if part >= 3:  # parts that take a while, as real ones do: the main thread's turn may be late on a busy machine
            over.wait(0.2)

    service = Service(part=1, fault=fault)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    with pytest.raises(KeyboardInterrupt):
        upload(world, service, ("a.pdf", iter([b"x"] * 100)), on_sent=lambda sent, _: heard.append(sent))
    left, told = os.listdir(tmp_path), len(heard)
    for thread in [one for one in threading.enumerate() if one.name == "leapocr_dyn"]:
        thread.join(20)  # the parts under way end one after the other: this server answers one at a time
        assert not thread.is_alive()
    assert (left, len(heard), service.completed) == ([], told, [])
    assert len(service.puts) < 20
    world.close()


@pytest.mark.parametrize(
    "failure", [errors.ConnectionError("its own"), httpx.ConnectError("its own"), ZeroDivisionError("its own")]
)
@pytest.mark.parametrize("suspends", [False, True])
def test_a_listener_that_fails_ends_the_upload_with_its_own_exception(
    world: World, failure: Exception, suspends: bool
) -> None:
    """It is not taken for a failure of the network: no part is sent again because of it, and no job begins."""

    def listen(sent: int, size: int) -> None:
        raise failure

    async def alisten(sent: int, size: int) -> None:
        raise failure

    service = Service(part=10)
    with pytest.raises(type(failure), match="its own"):
        upload(world, service, on_sent=alisten if suspends else listen)
    assert (len(service.puts) <= 1, service.completed, world.slept) == (True, [], [])


class Torn(io.BytesIO):
    """A file that comes from the network itself, and loses it in the middle."""

    def read(self, size: int | None = -1, /) -> bytes:
        """The first ten bytes, and no more."""
        if self.tell() >= 10:
            raise httpx.ReadError("the source is gone")
        return super().read(10 if size is None or size < 0 else min(size, 10))


def test_a_file_that_fails_is_not_a_failing_storage(world: World) -> None:
    """What the caller's own file raises is raised, and its parts are not sent again and again."""
    service = Service(part=100)
    with pytest.raises(httpx.ReadError, match="the source is gone"):
        upload(world, service, ("a.pdf", Torn(bytes(99))))
    assert (service.completed, world.slept) == ([], [])


def test_no_file_is_touched_on_the_event_loop(world: World) -> None:
    """Looking at it, opening it, reading it: a disk may be slow, and other tasks go on meanwhile."""
    here: list[int] = []
    touched: set[int] = set()

    class Watched(io.BytesIO):
        def read(self, size: int | None = -1, /) -> bytes:
            touched.add(threading.get_ident())
            return super().read(size)

        def seek(self, offset: int, whence: int = 0, /) -> int:
            touched.add(threading.get_ident())
            return super().seek(offset, whence)

    def service(request: httpx.Request) -> httpx.Response:
        here.append(threading.get_ident())
        return answers(request)

    answers = Service()
    upload(world, service, ("ten.pdf", Watched(b"0123456789")))  # type: ignore[arg-type]  # any server will do
    assert len(touched) > 0
    assert world.blocking or touched.isdisjoint(here)


# -- secrets


def test_the_storage_sees_no_credential(world: World) -> None:
    """Neither ours, nor what a user's own client adds to everything: its login, its cookies, its parameters."""
    service = Service()
    mine = world.http(
        service,
        headers={"Authorization": f"Bearer {KEY}", "X-Team": KEY, "Content-Type": KEY},
        cookies={"session": KEY},
        params={"key": KEY},
        auth=("user", KEY),
    )
    for settings in ({}, {"http_client": mine}):
        upload(world, service, **settings)
    assert len(service.puts) == 6
    for request in service.puts:
        assert KEY not in f"{request.url}{request.headers.raw}"
        assert request.url.query == b"signature=s3cret"
        assert int(request.headers["content-length"]) == len(request.content)


def test_a_presigned_link_shows_in_no_error(world: World) -> None:
    """What a link's query holds is a right to write."""
    for fault in (answer(500), answer(403), httpx.ConnectError("refused"), httpx.ReadTimeout("silent")):
        with pytest.raises(errors.Error) as caught:
            upload(world, Service(fault=always(fault)), max_retries=0)
        assert "s3cret" not in f"{caught.value}{vars(caught.value)}"
