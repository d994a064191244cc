"""Multipart bodies: parts by the Encoding Object (tests/vectors/multipart.json), files, boundaries, what is refused.

What is sent is read again by two parsers that are not ours: the standard library's for e-mail, and one of twenty lines
that splits by the letter of RFC 2046.
"""

from __future__ import annotations

import email
import email.policy
import http.server
import io
import json
import os
import re
import threading
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from conftest import World
from documents import openapi, operation
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.errors import Error, FileError, ValidationError
from leapocr_dyn.operation import multipart
from leapocr_dyn.operation.multipart import Part
from leapocr_dyn.operation.operation import Operation
from leapocr_dyn.operation.plan import Plan

Case = dict[str, Any]  # JSON
CASES: list[Case] = json.loads((Path(__file__).parent / "vectors/multipart.json").read_text("utf-8"))
FILE = {"type": "string", "format": "binary"}
Read = tuple[str | None, str | None, str | None, bytes, dict[str, str]]


def uploading(
    properties: Any, media: str = "multipart/form-data", required: tuple[str, ...] = (), **more: Any
) -> Operation:
    """An operation whose parts these properties describe."""
    schema = {"type": "object", "properties": properties, "required": list(required), "additionalProperties": True}
    entry = {"schema": schema if properties is not None else {"type": "array"}, **more}
    return operation({"requestBody": {"required": True, "content": {media: entry}}}, method="post")


def sent(plan: Plan) -> bytes:
    """The bytes of a plan's body, whichever way they are held."""
    if plan.body is None or isinstance(plan.body, bytes):
        return plan.body or b""
    content = b"".join(piece() for piece in plan.body.pieces())
    assert len(content) == plan.body.length
    return content


def by_mail(media: str, content: bytes) -> list[tuple[str, str, bytes]]:
    """(name, type, content) of each part, as the standard library reads them."""
    message = email.message_from_bytes(f"Content-Type: {media}\r\n\r\n".encode() + content, policy=email.policy.HTTP)
    assert message.is_multipart()
    assert not message.defects
    found = []
    for part in message.iter_parts():
        payload = part.get_payload(decode=True)
        assert isinstance(payload, bytes)
        name = str(part.get_param("name", header="content-disposition"))
        found.append((name, part.get_content_type(), payload))
    return found


def by_letter(media: str, content: bytes) -> list[Read]:
    """The same by the letter of RFC 2046 section 5.1.1."""
    boundary = media.partition("boundary=")[2].encode()
    assert content.startswith(b"--" + boundary + b"\r\n")
    assert content.endswith(b"\r\n--" + boundary + b"--\r\n")
    inside = (b"\r\n" + content.removesuffix(b"--\r\n")).split(b"\r\n--" + boundary)
    assert inside[0] == inside[-1] == b""
    found = []
    for part in inside[1:-1]:
        head, _, payload = (
            part.removeprefix(b"\r\n").partition(b"\r\n\r\n") if part[2:4] != b"\r\n" else (b"", b"", part[4:])
        )
        headers = dict(line.split(": ", 1) for line in head.decode().split("\r\n") if line)
        kind, place = headers.pop("Content-Type", None), headers.pop("Content-Disposition", "")
        name, filename = (re.search(rf'[; ]{key}="([^"]*)"', place) for key in ("name", "filename"))
        found.append((name and name[1], filename and filename[1], kind, payload, headers))
    return found


def given_value(value: Any) -> Any:
    """A vector's value, with its files."""
    if isinstance(value, dict) and "$file" in value:
        name, text, *rest = value["$file"]
        return (name, text.encode(), *rest) if name else text.encode()
    if isinstance(value, list):
        return [given_value(one) for one in value]
    return {key: given_value(one) for key, one in value.items()} if isinstance(value, dict) else value


@pytest.mark.parametrize("case", CASES, ids=[case["promise"] for case in CASES])
def test_parts_are_as_the_encoding_object_says(case: Case) -> None:
    """Each case is a rule of the Encoding Object, or of RFC 7578, with its parts or the refusal."""
    more = {**case.get("more", {}), **({"encoding": case["encoding"]} if "encoding" in case else {})}
    it = uploading(case.get("properties"), case.get("media", "multipart/form-data"), **more)
    if "refused" in case:
        with pytest.raises(ValidationError, match=case["refused"]):
            it.plan(body=given_value(case["value"]))
        return
    plan = it.plan(body=given_value(case["value"]))
    media = plan.headers["Content-Type"]
    assert media.startswith(case.get("media", "multipart/form-data") + "; boundary=")
    expected = [(*one[:3], one[3].encode(), one[4] if len(one) > 4 else {}) for one in case["parts"]]
    assert by_letter(media, sent(plan)) == expected
    read = [(str(one[0]), (one[2] or "text/plain").partition(";")[0], one[3]) for one in expected]
    assert by_mail(media, sent(plan)) == read


def test_fields_of_a_form_with_files_are_arguments() -> None:
    """A file is one like any other: in the signature with what it can be, and missed when it is not given."""
    it = uploading({"file": FILE, "note": {"type": "string"}}, required=("file",))
    file = it.signature.parameters["file"]
    assert (str(file), file.default) == ("file: bytes | Path | BinaryIO | tuple", file.empty)
    assert "file: bytes | Path | BinaryIO | tuple, required" in it.__doc__
    with pytest.raises(TypeError, match=r"go\(\) needs file="):
        it.plan(note="x")
    plan = it.plan(file=b"x", note="y")
    assert [part[:2] for part in by_letter(plan.headers["Content-Type"], sent(plan))] == [
        ("file", "file"),
        ("note", None),
    ]
    assert plan.arguments == {"file": "", "note": "y"}


def test_other_fields_are_checked_beside_a_file() -> None:
    """The schema judges what it can; of a file it can say nothing."""
    it = uploading({"file": {**FILE, "maxLength": 1}, "n": {"type": "integer", "minimum": 1}})
    assert sent(it.plan(file=b"xyz", n=1))
    with pytest.raises(ValidationError) as caught:
        it.plan(file=b"xyz", n=0)
    assert caught.value.fields == {"n": ["must be at least 1, not 0"]}
    assert caught.value.operation == "go"


def test_a_path_is_read_while_it_is_sent(tmp_path: Path) -> None:
    """Nothing of it is in memory before, and it can be sent again; a shell finds it where it is."""
    file = tmp_path / "scan.pdf"
    file.write_bytes(b"0123456789" * 300_000)
    plan = uploading({"file": FILE, "n": {}}).plan(file=file, n={"a": '"\\'})
    assert plan.body is not None
    assert not isinstance(plan.body, bytes)
    pieces = [len(piece()) for piece in plan.body.pieces()]
    assert max(pieces) <= 2**20
    assert sum(pieces) == plan.body.length
    assert sent(plan) == sent(plan)
    assert by_letter(plan.headers["Content-Type"], sent(plan))[0] == (
        "file",
        "scan.pdf",
        "application/pdf",
        file.read_bytes(),
        {},
    )
    assert f'-F \'file=@"{file}";filename="scan.pdf";type=application/pdf\'' in plan.curl()
    assert """-F 'n="{\\"a\\":\\"\\\\\\"\\\\\\\\\\"}";type=application/json'""" in plan.curl()
    assert "boundary" not in plan.curl()


def test_an_open_file_is_sent_from_where_it_stands(tmp_path: Path) -> None:
    """However often, and its position is left alone until then."""
    (tmp_path / "a.txt").write_bytes(b"skipped, sent")
    with open(tmp_path / "a.txt", "rb") as file:
        file.seek(9)
        plan = uploading({"file": FILE}).plan(file=file)
        assert file.tell() == 9
        assert [by_letter(plan.headers["Content-Type"], sent(plan))[0][:4] for _ in "12"] == [
            ("file", "a.txt", "text/plain", b"sent")
        ] * 2
    named = uploading({"file": FILE}).plan(file=("b.csv", io.BytesIO(b"x"), "text/csv; header=present"))
    assert by_letter(named.headers["Content-Type"], sent(named))[0][:3] == ("file", "b.csv", "text/csv; header=present")


@pytest.mark.parametrize(
    ("make", "said"),
    [
        (lambda folder: folder / "missing.pdf", "there is no file .*missing.pdf"),
        (lambda folder: folder, "is a folder"),
        (lambda folder: io.StringIO("x"), "open it with mode 'rb'"),
        (lambda folder: SimpleNamespace(read=lambda size: b""), "cannot be measured .* pass its bytes instead"),
        (lambda folder: ("a", b"x", 5), "media type is text"),
        (lambda folder: Path("a\0b"), "cannot be read"),
    ],
)
def test_what_cannot_be_sent_is_refused_before_anything_leaves(tmp_path: Path, make: Any, said: str) -> None:
    """A sentence that says what is wrong and what to pass instead."""
    with pytest.raises((FileError, ValidationError), match=said) as caught:
        uploading({"file": FILE}).plan(file=make(tmp_path))
    assert caught.value.operation == "go"


def test_a_form_with_a_file_arrives_over_a_socket(world: World, tmp_path: Path) -> None:
    """Announced with its length, whole, and again where the server could not take it the first time."""
    file = tmp_path / "scan.pdf"
    file.write_bytes(os.urandom(2_500_000))
    arrived: list[tuple[str, bytes]] = []

    class Server(http.server.BaseHTTPRequestHandler):
        def do_PUT(self) -> None:
            arrived.append((self.headers["Content-Type"], self.rfile.read(int(self.headers["Content-Length"]))))
            self.send_response(503 if len(arrived) == 1 else 204)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, *args: object) -> None:
            """Say nothing."""

    it = uploading({"file": FILE, "note": {}})
    api = load(openapi(paths={"/things": {"put": it.node}}))
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Server) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        client = world.client(f"http://127.0.0.1:{server.server_port}", api=api, clock=world.clock)
        try:
            world.run(client.default.go(file=file, note="é"))
        finally:
            world.run(client.close())
            server.shutdown()
    assert len(arrived) == 2
    for media, content in arrived:
        assert by_letter(media, content) == [
            ("file", "scan.pdf", "application/pdf", file.read_bytes(), {}),
            ("note", None, None, "é".encode(), {}),
        ]


def test_a_file_that_shrinks_is_noticed(tmp_path: Path) -> None:
    """The length was announced; what is missing is an error, not a request that never ends."""
    file = tmp_path / "a"
    file.write_bytes(b"12345")
    plan = uploading({"file": FILE}).plan(file=file)
    file.write_bytes(b"123")
    with pytest.raises(FileError, match="became shorter"):
        sent(plan)


def test_the_boundary_is_drawn_anew_and_never_in_the_data() -> None:
    """Nobody can foresee it, and one that occurs in a part is thrown away."""
    draws = iter(["xx", "aa", "free"])
    boundary, content = multipart.encoded([Part("a", b"1aa1", headers=(("X", "xx"),))], lambda: next(draws))
    assert boundary == "free"
    assert content == b'--free\r\nContent-Disposition: form-data; name="a"\r\nX: xx\r\n\r\n1aa1\r\n--free--\r\n'
    assert len({multipart.drawn() for _ in range(50)}) == 50


def test_a_body_that_somebody_else_has_made_keeps_its_boundary() -> None:
    """Bytes go out as they are, and the header says what they begin with."""
    content = b'--mine\r\nContent-Disposition: form-data; name="a"\r\n\r\nx\r\n--mine--\r\n'
    plan = uploading({"a": {}}).plan(body=content)
    assert (plan.body, plan.headers["Content-Type"]) == (content, "multipart/form-data; boundary=mine")
    with pytest.raises(ValidationError, match="as a dict of its parts, or as bytes that begin with a boundary"):
        uploading({"a": {}}).plan(body=b"x")


any_name = st.text(st.characters(exclude_categories=["Cs"]) | st.sampled_from('"\r\n;=\\/%'), min_size=1, max_size=10)


@settings(max_examples=200, deadline=None)
@given(st.lists(st.tuples(any_name, any_name, st.binary(max_size=40)), min_size=1, max_size=4))
def test_any_names_and_bytes_come_out_as_they_went_in(files: list[tuple[str, str, bytes]]) -> None:
    """One part for each file, with its own name, file name (no path, and no dots alone) and content; or a refusal."""

    def called(filename: str) -> str:
        last = re.split(r"[/\\]", filename)[-1]
        return "" if last in (".", "..") else last.translate(multipart.ESCAPES)

    value = {name: (filename, content) for name, filename, content in files}
    try:
        plan = uploading({}).plan(body=value)
    except ValidationError:
        assert "\0" in str(value) or "\\x00" in repr(value)
        return
    media, content = plan.headers["Content-Type"], sent(plan)
    escaped = {
        (
            name.translate(multipart.ESCAPES),
            called(filename) or name.translate(multipart.ESCAPES),
            held,
        )
        for name, (filename, held) in value.items()
    }
    assert {(part[0], part[1], part[3]) for part in by_letter(media, content)} == escaped
    assert [part[2] for part in by_mail(media, content)] == [held for _, held in value.values()]


@settings(max_examples=100, deadline=None)
@given(
    st.dictionaries(
        st.text(max_size=6),
        st.one_of(
            st.binary(), st.text(), st.integers(), st.none(), st.tuples(st.text(), st.binary()), st.lists(st.binary())
        ),
    )
)
def test_any_parts_make_a_plan_or_an_error_of_ours(value: dict[str, Any]) -> None:
    """And what is planned can be sent."""
    try:
        plan = uploading({"file": FILE}).plan(body=value)
    except Error:
        return
    assert sent(plan)
