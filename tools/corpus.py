"""What tools/corpus does: every real document, every operation and model, checked by code that is not ours.

How they are judged stands in tools/judge. This file takes each document through it, and prints what became of all.
"""

from __future__ import annotations

import argparse
import contextlib
import functools
import inspect
import json
import logging
import multiprocessing
import os
import re
import signal
import sys
import tempfile
import time
import warnings
from collections import Counter
from collections.abc import Callable, Iterator
from multiprocessing.pool import Pool
from pathlib import Path
from typing import Any, NamedTuple

import peers
from judge import opinion, style
from judge.answer import octets_trip, round_trip
from judge.arguments import compose
from judge.body import check_body
from judge.published import Described, Json, Published, answers, as_dict, described, escaped, is_octets
from judge.style import check_accept, check_headers, check_url
from judge.verdict import Disagreed, Reason, StuckError, Tally, general

import leapocr_dyn
from leapocr_dyn import errors
from leapocr_dyn.document import source

ROOT = Path(__file__).resolve().parent.parent
CORPUS = ROOT.parent / "shared" / "specs" / "corpus"
ABSENT = "../shared is absent"
SERVER = "https://corpus.test"
PATIENCE = 10  # seconds of CPU for one operation: who else uses the machine is not to be seen in the table
LOADED, REPRESENTED = 1.0, 0.995  # what at least must be


class Slow(BaseException):
    """An operation took longer than PATIENCE; a BaseException, so that nothing on the way takes it for its own."""


# -- one document --------------------------------------------------------------------------------------------------


class Look:
    """A look at one document: what it counts, and what it finds."""

    def __init__(self, file: str) -> None:
        self.file = file
        self.counts: Counter[str] = Counter(documents=1)
        self.reasons: list[Reason] = []
        self.document: Published
        self.api: Any = None  # Any: an Api, whose operations take what their documents say

    def attempt(self, about: str, where: str, act: Callable[[], int | None]) -> bool:
        """Run one check under the clock; a failure becomes a reason. act: gives how often a oneOf was not exclusive."""
        signal.setitimer(signal.ITIMER_PROF, PATIENCE)
        try:
            self.counts["oneOf"] += act() or 0
        except (Exception, Slow) as error:  # noqa: BLE001 - whatever goes wrong is a finding, and the run goes on
            signal.setitimer(signal.ITIMER_PROF, 0)
            said, example = told(error)
            self.reasons.append(Reason(about, said, self.file, where, example))
            return False
        finally:
            signal.setitimer(signal.ITIMER_PROF, 0)
        return True

    def load(self) -> None:
        """Give the document to the engine."""
        self.api = leapocr_dyn.load(CORPUS / self.file)

    def all(self) -> None:
        """Load, and look at every operation and model."""
        try:
            self.document = Published(source.read(CORPUS / self.file).tree)
            wanted = list(described(self.document))
        except (errors.DocumentError, StuckError) as error:
            self.reasons.append(Reason("load", told(error)[0], self.file, "", str(error)[:300]))
            return
        self.counts["operations"] = len(wanted)
        if not self.attempt("load", "", self.load):
            return
        self.counts["loaded"] = 1
        for it in wanted:
            if isinstance(it.node.get("$ref"), str):
                self.counts["elsewhere"] += 1
                self.counts["elsewhere said"] += self.attempt(
                    "elsewhere", it.where, functools.partial(self.elsewhere, it)
                )
            elif self.attempt("represented", it.where, functools.partial(self.represented, it)):
                self.counts["represented"] += 1
                self.counts["requests"] += self.attempt("request", it.where, functools.partial(self.requests, it))
                self.answers(it)
        self.models()

    # -- operations

    def elsewhere(self, it: Described) -> None:
        """An operation that stands in a file which nobody has here cannot be compared, but it has to be said."""
        found = [one.said for one in self.api.report if one.pointer.startswith(it.place)]
        if not any(it.node["$ref"] in said or "$ref" in said or "file" in said for said in found):
            raise Disagreed("engine: does not say that an operation stands in another file", it.node["$ref"])

    def represented(self, it: Described) -> None:
        """Everything that a person looks at before calling."""
        if (it.method, it.path) not in self.api.operations:
            raise Disagreed("engine: an operation is lost")
        operation = self.api.operations[it.method, it.path]
        str(operation.signature)
        if not operation.__doc__ or not repr(operation).startswith("<Operation"):
            raise Disagreed("engine: no docstring or no repr")
        shown = [operation.result(), *operation.body_fields, *(one.type for one in operation.parameters)]
        [one.annotation for one in shown if hasattr(one, "annotation")]

    def requests(self, it: Described) -> int:
        """Two requests, one of them with what is required alone."""
        return sum(self.request(it, optional) for optional in (0.0, 0.6))

    def request(self, it: Described, optional: float) -> int:
        """Build one request and have it checked."""
        operation = self.api.operations[it.method, it.path]
        composed = compose(self.document, it, operation, f"{self.file} {it.where} {optional}", optional)
        plan = operation.plan(SERVER, **composed.arguments)
        if plan.method != it.method:
            raise Disagreed("engine: another method", plan.method)
        check_url(it, composed.values, plan.url, SERVER)
        check_headers(it, composed.values, plan.headers)
        if composed.body is not None and composed.value is not None:
            content_type = plan.headers.get("Content-Type", "")
            check_body(self.document, composed.body, composed.value, content_type, plan.body)
        check_accept(self.document, it, plan.headers)
        return composed.loose

    def answers(self, it: Described) -> None:
        """A value of every success whose body is JSON."""
        operation = self.api.operations[it.method, it.path]
        with contextlib.suppress(StuckError):
            for status, media, schema, place in answers(self.document, it):
                self.counts["answers"] += 1

                def read(body: bytes, status: int = status, media: str = media) -> Any:  # Any: the engine's value
                    return operation.read(status, {"content-type": media}, body)

                def decode(value: Json, read: Callable[[bytes], Any] = read) -> Any:  # Any: as above
                    return read(json.dumps(value).encode())

                seed = f"{self.file} {it.where} {status}"
                act: Callable[[], int | None] = functools.partial(
                    round_trip, self.document, schema, place, seed, decode
                )
                if is_octets(self.document, schema):
                    act = functools.partial(octets_trip, read)
                self.counts["trips"] += self.attempt("round trip", f"{it.where} {status}", act)

    # -- models

    def models(self) -> None:
        """Touch every component schema, and take values of each both ways: as servers and as callers make them."""
        old = self.document.old
        holder = as_dict(self.document.tree if old else self.document.tree.get("components"))
        base = "/definitions" if old else "/components/schemas"
        for name, schema in as_dict(holder.get("definitions" if old else "schemas")).items():
            for way, skipped in (("received", "writeOnly"), ("sent", "readOnly")):
                self.counts[f"models {way}"] += 1
                act = functools.partial(self.model, name, schema, f"{base}/{escaped(name)}", skipped)
                self.counts[f"models {way} trips"] += self.attempt("round trip", f"schema {name}, {way}", act)

    def model(self, name: str, schema: Json, place: str, skipped: str) -> int:
        """One model, one way."""
        made = self.api.models[name]
        if isinstance(made, type) and hasattr(made, "_layout"):
            inspect.signature(made)
        kind = self.api.models.type(name)
        seed = f"{self.file} {name} {name if skipped == 'writeOnly' else skipped}"
        return round_trip(
            self.document, schema, place, seed, lambda value: self.api.converter.structure(value, kind), skipped
        )


def told(error: BaseException) -> tuple[str, str]:
    """What an exception has in common with others, and an example of its own."""
    if isinstance(error, Disagreed):
        return error.said, error.example
    if isinstance(error, StuckError):
        kind = "document" if "$ref" in str(error) or "jsonschema cannot" in str(error) else "generator"
        return f"{kind}: {error}", ""
    if isinstance(error, Slow):
        return f"engine or checker: more than {PATIENCE} s", ""
    return f"engine: {general(error)}", str(error)[:300].replace("\n", " ")


def document_tally(file: str) -> Tally:
    """What becomes of one document, in a process of the pool."""
    began = time.perf_counter()
    logging.disable(logging.CRITICAL)
    warnings.simplefilter("ignore", FutureWarning)  # `re` about patterns of documents
    signal.signal(signal.SIGPROF, _too_slow)
    look = Look(file)
    look.all()
    return Tally(file, look.counts, look.reasons, time.perf_counter() - began)


def _too_slow(number: int, frame: object) -> None:
    raise Slow


def document_opinions(python: Path, file: str) -> list[opinion.Opinion]:
    """What openapi-core says about one document, in a process of the pool."""
    logging.disable(logging.CRITICAL)
    try:
        tree = source.read(CORPUS / file).tree
        document = Published(tree)
        if document.old:
            return []  # openapi-core does not read Swagger 2.0
        return opinion.opinions(python, file, document, tree, leapocr_dyn.load(CORPUS / file), SERVER)
    except (errors.DocumentError, StuckError):
        return []


# -- the whole corpus ----------------------------------------------------------------------------------------------


def chosen(only: list[str], limit: int | None) -> list[Json]:
    """The documents to look at, the largest first, so that the last one to end is a small one."""
    index = json.loads((CORPUS / "index.json").read_text("utf-8"))
    found = [one for one in index if not only or any(re.search(text, one["file"]) for text in only)][:limit]
    return sorted(found, key=lambda one: -one["bytes"])


def run(pool: Pool, files: list[str], seconds: float | None) -> tuple[list[Tally], list[str]]:
    """What became of each document, and those that there was no time for."""
    began = time.perf_counter()
    tallies: list[Tally] = []
    done = pool.imap_unordered(document_tally, files)
    for _ in files:
        spent = time.perf_counter() - began
        try:
            tallies.append(done.next(None if seconds is None else max(0.1, seconds - spent)))
        except multiprocessing.TimeoutError:
            break
        if sys.stderr.isatty():
            print(f"\r{len(tallies)}/{len(files)} documents, {spent:.0f} s ", end="", file=sys.stderr)
    seen = {tally.file for tally in tallies}
    return tallies, [file for file in files if file not in seen]


class Second(NamedTuple):
    """The second opinion. skipped: why there is none, or ""."""

    opinions: list[opinion.Opinion]
    skipped: str


def second(pool: Pool, index: list[Json], wanted: int) -> Second:
    """What openapi-core says about the first so many operations of the sample."""
    with tempfile.TemporaryDirectory() as folder:
        python = peers.environment(Path(folder) / "peers")
        if why := peers.install_peer(python, "openapi-core"):
            return Second([], f"it cannot be installed: {why}")
        found: list[opinion.Opinion] = []
        for some in pool.imap(functools.partial(document_opinions, python), opinion.order(index)):
            found += some
            if len(found) >= wanted:
                break
        return Second(found[:wanted], "")


class Row(NamedTuple):
    """A line of the table."""

    what: str
    part: int
    whole: int

    def __str__(self) -> str:
        return (
            f"| {self.what} | {self.part} | {self.whole} | {100 * self.part / self.whole if self.whole else 100:.2f} |"
        )


def table(tallies: list[Tally], left: list[str], other: Second, seconds: float) -> Iterator[str]:
    """The table, as lines."""
    counts = sum((tally.counts for tally in tallies), Counter())
    here = counts["operations"] - counts["elsewhere"]
    asked = [one for one in other.opinions if not one.kind.startswith("checker")]
    yield "| what | agreed | of | % |"
    yield "|---|---:|---:|---:|"
    yield str(Row("documents loaded", counts["loaded"], counts["documents"]))
    yield str(Row("operations represented", counts["represented"], counts["operations"]))
    if counts["elsewhere"]:
        yield str(Row("- of those whose text is in the corpus", counts["represented"], here))
        yield str(Row("- of the others, said so in the report", counts["elsewhere said"], counts["elsewhere"]))
    yield str(Row("requests agreed", counts["requests"], here))
    if asked:
        yield str(Row("requests that openapi-core agrees with", sum(not one.said for one in asked), len(asked)))
    yield str(Row("round trips of answers", counts["trips"], counts["answers"]))
    yield str(Row("round trips of models, as received", counts["models received trips"], counts["models received"]))
    yield str(Row("round trips of models, as sent", counts["models sent trips"], counts["models sent"]))
    yield f"| seconds | {seconds:.0f} | | |\n"
    if counts["elsewhere"]:
        yield f"{counts['elsewhere']} operations stand in files that the corpus does not have; --json lists each."
    if counts["oneOf"]:
        yield f"{counts['oneOf']} values fit more than one option of a oneOf, and are let pass."
    if style.expand is None:
        yield "uritemplate is not installed: path and query styles were not checked (pip install uritemplate)."
    if other.skipped:
        yield f"openapi-core was not asked: {other.skipped}"
    elif other.opinions:
        yield f"openapi-core was asked about {len(other.opinions)} operations, and could judge {len(asked)}."
    if left:
        yield f"No time for {len(left)} documents: {', '.join(left[:5])}{' ...' if len(left) > 5 else ''}"
    grouped = group(tallies, other)
    if grouped:
        yield "\nNot agreed, with one example each:\n"
    for (about, said), found in grouped.items():
        files = len({one.file for one in found})
        yield f"{len(found):5} {about}: {said} [{files} documents]\n        {found[0]}"


def group(tallies: list[Tally], other: Second) -> dict[tuple[str, str], list[Reason]]:
    """The reasons, by what they have in common, the most frequent first."""
    found: dict[tuple[str, str], list[Reason]] = {}
    reasons = [reason for tally in sorted(tallies) for reason in tally.reasons]
    for reason in [*reasons, *refused(other)]:
        found.setdefault((reason.about, reason.said), []).append(reason)
    return dict(sorted(found.items(), key=lambda one: (-len(one[1]), one[0])))


def refused(other: Second) -> list[Reason]:
    """What openapi-core does not agree with, as reasons."""
    return [Reason("openapi-core", one.kind, one.file, one.where, one.said) for one in other.opinions if one.said]


def elsewhere(tallies: list[Tally]) -> Iterator[Json]:
    """Each operation that stands in a file which the corpus does not have, and which file that is."""
    for tally in sorted(tallies):
        if tally.counts["elsewhere"]:
            for it in described(Published(source.read(CORPUS / tally.file).tree)):
                if isinstance(it.node.get("$ref"), str):
                    why = f"stands in {it.node['$ref']}, which is not in the corpus"
                    yield {"file": tally.file, "operation": it.where, "why": why}


def main() -> int:
    """Parse the command line, look at the corpus, print the table; 1 where too little was loaded or represented."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument(
        "--only", action="append", default=[], metavar="PATTERN", help="files that a regex finds; again for more"
    )
    parser.add_argument("--limit", type=int, metavar="N", help="at most N documents, in the order of the index")
    parser.add_argument("--seconds", type=float, metavar="S", help="stop after so many")
    parser.add_argument("--json", type=Path, metavar="FILE", help="write counts and every reason there")
    parser.add_argument("--jobs", type=int, default=os.cpu_count() or 1, help="processes at once")
    parser.add_argument(
        "--second", type=int, default=opinion.SAMPLE, metavar="N", help="ask openapi-core about N operations; 0: do not"
    )
    options = parser.parse_args()
    if not (CORPUS / "index.json").is_file():
        print(f"{ABSENT}: there are no documents to look at")
        return 0
    began = time.perf_counter()
    index = chosen(options.only, options.limit)
    # A pool of processes that is ended here, whatever is still being looked at.
    with multiprocessing.Pool(options.jobs, maxtasksperchild=20) as pool:
        tallies, left = run(pool, [one["file"] for one in index], options.seconds)
        other = second(pool, index, options.second) if options.second and not left else Second([], "")
    print("\n".join(table(tallies, left, other, time.perf_counter() - began)))
    counts = sum((tally.counts for tally in tallies), Counter())
    if options.json:
        reasons = [reason for tally in sorted(tallies) for reason in tally.reasons] + refused(other)
        report = {
            "counts": counts,
            "reasons": [reason._asdict() for reason in reasons],
            "elsewhere": list(elsewhere(tallies)),
            "openapi-core": [one._asdict() for one in other.opinions],
            "seconds": {tally.file: round(tally.seconds, 2) for tally in sorted(tallies)},
        }
        options.json.write_text(json.dumps(report, indent=1), "utf-8")
    here = counts["operations"] - counts["elsewhere"]
    enough = counts["loaded"] >= LOADED * counts["documents"] and counts["represented"] >= REPRESENTED * here
    return 0 if enough else 1


if __name__ == "__main__":
    sys.exit(main())
