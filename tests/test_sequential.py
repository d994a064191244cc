"""Framing: what the bytes of a stream mean (tests/vectors/streams.json), wherever they are cut."""

from __future__ import annotations

import itertools
import json
import re
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn import errors
from leapocr_dyn.operation.sequential import LARGEST, Event, Events, Lines, Sequence

Json = Any  # whatever a test feeds in
# From WHATWG HTML section 9.2.6, jsonlines.org and RFC 7464, told in our own words.
CASES: list[Json] = json.loads((Path(__file__).parent / "vectors/streams.json").read_text("utf-8"))
MIB = 2**20


def parsed(kind: str, pieces: list[bytes]) -> list[Json]:
    """What a parser of that kind gives for these pieces, as the vectors write it."""
    if kind == "events":
        events = Events()
        return [event._asdict() for piece in pieces for event in events.feed(piece)]
    lines = {"lines": Lines, "sequence": Sequence}[kind]()
    found = [line for piece in pieces for line in lines.feed(piece)]
    rest = lines.rest()
    return [line.decode() for line in [*found, *([rest] if rest is not None else [])]]


def sent(case: Json) -> bytes:
    """The bytes of a case."""
    return bytes.fromhex(case["hex"]) if "hex" in case else case["input"].encode()


every_case = pytest.mark.parametrize("case", CASES, ids=[f"{case['kind']}: {case['promise']}" for case in CASES])


@every_case
def test_a_stream_means_what_the_specification_says(case: Json) -> None:
    """Each case is a rule: whole, byte by byte, and with nothing between the bytes."""
    content = sent(case)
    assert parsed(case["kind"], [content]) == case["gives"]
    assert parsed(case["kind"], [content[at : at + 1] for at in range(len(content))]) == case["gives"]
    assert parsed(case["kind"], [piece for byte in content for piece in (b"", bytes([byte]), b"")]) == case["gives"]


@given(st.sampled_from(CASES), st.lists(st.integers(0, 200), max_size=8))
def test_where_a_stream_is_cut_changes_nothing(case: Json, cuts: list[int]) -> None:
    """TCP cuts where it likes, also inside a letter or a CRLF."""
    content = sent(case)
    places = sorted({0, len(content), *(cut for cut in cuts if cut < len(content))})
    pieces = [content[start:end] for start, end in itertools.pairwise(places)]
    assert parsed(case["kind"], pieces) == case["gives"]


def by_the_book(content: bytes) -> list[tuple[str, str]]:
    """The types and data of events, in the words of the specification and with no thought of pieces or of time."""
    text = content.decode("utf-8", "replace").removeprefix("\ufeff")
    found, kind, data = [], "", ""
    for line in re.split("\r\n|\r|\n", text)[:-1]:
        if line == "":
            if data:
                found.append((kind or "message", data[:-1]))
            kind, data = "", ""
            continue
        name, _, value = line.partition(":")
        value = value.removeprefix(" ")
        if name == "data":
            data += value + "\n"
        elif name == "event":
            kind = value
    return found


@given(
    st.lists(
        st.sampled_from([b"data", b"event", b":", b" ", b"\r", b"\n", b"\r\n", b"a", b"\xe8\x8c", b"\xb6", b"\0"])
    ),
    st.integers(1, 7),
)
def test_any_bytes_are_read_as_by_the_book(bits: list[bytes], size: int) -> None:
    """Whatever comes, in pieces of any size: the same events as from a parser that has it all at once."""
    content = b"".join(bits)
    pieces = [content[at : at + size] for at in range(0, len(content), size)]
    assert [(one["type"], one["data"]) for one in parsed("events", pieces)] == by_the_book(content)


@pytest.mark.parametrize("end", [b"\n", b"\r", b"\r\n"])
def test_an_event_is_given_at_its_last_byte(end: bytes) -> None:
    """Nobody waits for the byte after a CR: it may come with the next event, in an hour."""
    events = Events()
    assert events.feed(b"data: tea" + end) == []
    assert [event.data for event in events.feed(end[:1])] == ["tea"]
    assert events.feed(end[1:]) == []


def test_a_large_event_byte_by_byte_takes_linear_time() -> None:
    """A mebibyte in a million pieces; to look at it anew for each would take hours."""
    for parser, content in (
        (Events(), b"data: " + b"x" * MIB + b"\n\n"),
        (Lines(), b"x" * MIB + b"\n"),
        (Sequence(), b'"' + b"x" * (MIB - 2) + b'"\n'),
    ):
        found: list[Any] = []
        for at in range(len(content)):
            found += parser.feed(content[at : at + 1])
        assert len(found) == 1
        assert len(found[0].data if isinstance(found[0], Event) else found[0]) == MIB


@pytest.mark.parametrize("shape", ["a line without an end", "a whole line", "many lines", "lines with nothing in them"])
def test_no_event_is_larger_than_its_bound(shape: str) -> None:
    """A server that never comes to an end of something is stopped before it has filled the memory."""
    filler = {
        "a line without an end": b"x" * MIB,
        "a whole line": b"x" * (LARGEST + 1) + b"\n",
        "many lines": b"data: " + b"x" * MIB + b"\n",
        "lines with nothing in them": b"data\n" * MIB,
    }[shape]
    events = Events()
    events.feed(b"data: ")
    with pytest.raises(errors.ContractError, match="larger than 16 MiB"):
        list(map(events.feed, [filler] * (LARGEST // MIB + 1)))


def test_no_text_is_larger_than_its_bound() -> None:
    """The same for JSON Lines and sequences, with and without an end."""
    for kind, end in itertools.product((Lines, Sequence), (b"", b"\n", b"\x1e")):
        with pytest.raises(errors.ContractError, match="larger than 16 MiB"):
            kind().feed(b"x" * (LARGEST + 1) + end)


def test_a_text_of_a_sequence_is_given_when_it_can_be_read() -> None:
    """At the line break that ends it, and not only at the next RS, which may come in an hour."""
    sequence = Sequence()
    assert sequence.feed(b'\x1e{"a":') == []
    assert sequence.feed(b" 1}\n") == [b'{"a": 1}']
    assert sequence.feed(b"\x1e2\n") == [b"2"]
    assert sequence.rest() is None


@pytest.mark.parametrize("content", [b"\x1e12\x1e34\n", b"\x1etru"])
def test_a_value_of_a_sequence_that_may_be_cut_off_is_no_item(content: bytes) -> None:
    """RFC 7464 section 2.4: nothing shows that 12 is not the beginning of 123."""
    with pytest.raises(errors.DecodeError, match="may be cut off"):
        parsed("sequence", [content])


def test_a_sequence_of_line_breaks_takes_linear_time() -> None:
    """A text that is never whole is tried about as often as it doubles."""
    sequence = Sequence()
    for _ in range(2**18):
        assert sequence.feed(b"[\n") == []
