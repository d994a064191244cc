"""Documents that mean harm, each in a cage: a process with limits, and an alarm on everything it must not do.

What a document says becomes names, types, requests and text for people, and never code, a file, a connection or an hour
of anybody's time. cage.py says what the cage is. What is hostile in text alone is test_text.py's, what a hostile
overlay does to a tree is test_overlay.py's, and what a server may do is test_sockets.py's.
"""

from __future__ import annotations

import contextlib
import copy
import json
import re
import socket
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cage import MARK, alone, openapi
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from test_text import BOMBS

from leapocr_dyn import errors
from leapocr_dyn.api import load
from leapocr_dyn.visible import UNSEEN

Json = Any  # the border where JSON enters
VECTORS: Json = json.loads((Path(__file__).parent / "vectors" / "hostile.json").read_text("utf-8"))


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a module that tells when it is imported, and nothing else."""
    folder = tmp_path_factory.mktemp("home")
    (folder / f"{MARK}.py").write_text(f"open('{MARK}-was-imported', 'w')\n")
    return folder


# -- the cage itself


@pytest.mark.parametrize(
    ("harm", "said"),
    [
        (f"open('{MARK}-ran', 'w')", "BREACH open"),
        ("open('/etc/passwd')", "BREACH open"),
        ("import socket; socket.create_connection(('127.0.0.1', 9))", "BREACH socket"),
        ("import socket; socket.getaddrinfo('evil.test', 80)", "BREACH socket.getaddrinfo"),
        ("import os; os.system('true')", "BREACH os.system"),
        ("import subprocess; subprocess.run(['true'])", "BREACH subprocess.Popen"),
        ("import os; os.mkdir('a')", "BREACH os.mkdir"),
        (f"import {MARK}", "BREACH import"),
        (f"exec('x = \"{MARK}' + '-\"')", "BREACH compile"),
        ("try:\n    open('a', 'w')\nexcept BaseException:\n    pass", "BREACH open"),
        ("b'a' * (1 << 30)", "MemoryError"),
        pytest.param("while True:\n    pass", "ended with -9", marks=pytest.mark.slow),
    ],
)
def test_the_cage_holds(home: Path, harm: str, said: str) -> None:
    """What the other tests rely on: whatever a document must not do ends the process."""
    with pytest.raises(AssertionError, match=said):
        alone(harm, home)


# -- code, and everything else, in names

CODE = f"open('{MARK}-ran', 'w')"
TEXTS = {
    "double quotes": f'"); {CODE}; ("',
    "single quotes": f"'); {CODE}; ('",
    "three quotes": f'"""\n{CODE}\n"""',
    "a newline": f"a\n{CODE}\n",
    "a return": f"a\r{CODE}\r",
    "a form feed": f"a\f{CODE}",
    "line separators": f"a\u2028{CODE}\u2029\x85",
    "braces": "{" + CODE + "}",
    "formats": f"{{0.__class__.__mro__}} %({MARK}-)s ${{{MARK}-}}",
    "a template": f"{{{{ {MARK}- }}}} <% {MARK}- %>",
    "backslashes": f'\\\\"; {CODE} #\\',
    "a lambda": f"lambda: {CODE}",
    "an import": f"__import__('{MARK}')",
    "a module": MARK,
    "a default of attrs": f"attr_dict['x'].default or {CODE}",
    "a comment": f"# {CODE}",
    "a continued line": f"a \\\n{CODE}",
    "NUL": f"a\0{MARK}-",
    "half a surrogate pair": f"\ud800{MARK}-",
    "right to left": f"\u202e{MARK}-\u2066",
    "terminal codes": f"\x1b]0;{MARK}-\x07\x1b[2J",
    "HTML": f"<script>{MARK}-</script>",
    "markup": f"[red]{MARK}-[/red]",
    "homoglyphs": "сanary ｃａｎａｒｙ",
    "nothing to see": "\u200b\u200d\ufeff\u00ad",
    "marks alone": "!?!",
    "nothing": "",
    "a blank": " ",
    "very much": MARK * 2000,
    "combining marks": "e" + "\u0301" * 1000,
    "what NFKC makes long": "\ufdfa" * 50,
    "shell": f"$({MARK}-); `{MARK}-` | & > {MARK}- ~ *",
    "dots": f"../../{MARK}-",
    "an absolute path": f"/tmp/{MARK}-",
    "a Windows path": f"C:\\{MARK}-",
    "a URL": f"https://evil.test/{MARK}-",
    "percent signs": "%2e%2e%2f%00",
    "a pointer": f"#/{MARK}-/~0~1~2",
}
# What Python, attrs, enum, cattrs, the clients and the generated functions call things of their own.
WORDS = [
    "__class__",
    "__init__",
    "__dict__",
    "__slots__",
    "__getattr__",
    "__reduce__",
    "__del__",
    "__set_name__",
    "__attrs_attrs__",
    "__doc__",
    "__eq__",
    "__attrs_post_init__",
    "__annotations__",
    "__module__",
    "__match_args__",
    "__hash__",
    "__iter__",
    "__len__",
    "__bool__",
    "__call__",
    "__await__",
    "__class_getitem__",
    "__init_subclass__",
    "_repr_html_",
    "_left",
    "_layout",
    "_session",
    "_missing_",
    "_value_",
    "mro",
    "self",
    "cls",
    "attr_dict",
    "NOTHING",
    "to_dict",
    "fields",
    "name",
    "value",
    "is_known",
    "class",
    "def",
    "None",
    "True",
    "match",
    "type",
    "print",
    "body",
    "session",
    "api",
    "client",
    "close",
    "drift",
    "request",
    "with_options",
    "plan",
    "raw",
    "stream",
    "pages",
    "operation",
    "base_url",
    "copy",
    "get",
    "items",
    "seen",
    "o",
    "v",
    "rest",
    "key0",
    "hook0",
    "set0",
    "default0",
    "new",
    "left",
    "leftovers",
    "odd",
    "absent",
    "$ref",
    "$id",
    "$defs",
    "default",
    "x-",
    "constructor",
    "__proto__",
    "_cached_setattr_get",
]
EVIL = {**TEXTS, **{word: word for word in WORDS}}


def everywhere(text: str, version: str) -> Json:
    """A document in which one text stands wherever a text may stand."""
    escaped = text.replace("~", "~0").replace("/", "~1").replace("%", "%25")
    said = {"description": text, "title": text, "summary": text}
    leaf = {"type": "string", **said, "default": text, "example": text, "format": text}
    schema = {
        "type": "object",
        **said,
        "required": [text],
        "properties": {
            text: leaf,
            text * 2: {"type": "string", "enum": [text, "b"], "x-enum-varnames": [text, text]},
            "kind": {"type": text},
            "const": {"const": text},
            "other": {"$ref": f"#/components/schemas/{escaped}"},
            "list": {"type": "array", "items": {"type": "string", "enum": [text], "pattern": text}},
            "map": {"type": "object", "additionalProperties": {"properties": {text: {"type": "string"}}}},
            "when": {"type": "string", "format": "date-time", "default": text},
        },
        "patternProperties": {text: leaf},
        f"x-{text}": text,
    }
    mapping = {"propertyName": text, "mapping": {text: text, "b": f"#/components/schemas/{escaped}"}}
    union = {"oneOf": [{"$ref": text}, schema], "discriminator": mapping}
    choice = {"default": text, "enum": [text, "a", True]}
    query = {"name": text, "in": "query", "description": text, "schema": choice, "example": text, "style": text}
    parameters: list[Json] = [{**query, "in": where} for where in ("query", "header", "cookie", text)]
    examples = {text: {"value": text, "externalValue": text, **said}}
    response = {
        "description": text,
        "headers": {text: {"schema": schema, "description": text}},
        "content": {text: {"schema": schema, "examples": examples}, "application/json": {"schema": union}},
        "links": {text: {"operationId": text, "operationRef": text, "parameters": {text: text}}},
    }
    operation = {
        "operationId": text,
        **said,
        "tags": [text],
        "parameters": [*parameters, {"name": text, "in": "path", "required": True, "schema": {}}],
        "responses": {"200": response, text: response, "default": {"$ref": f"#/components/responses/{escaped}"}},
        "security": [{text: [text]}, {"query": []}, {"cookie": []}],
        "externalDocs": {"url": text, "description": text},
        "callbacks": {text: {text: {"post": {"responses": {}}}}},
    }
    part = {"contentType": text, "headers": {text: {}}}
    body = {"description": text, "required": True, "content": {"application/json": {"schema": schema}}}
    body["content"][text] = {"schema": schema, "encoding": {text: part}}  # type: ignore[index]  # a dict of dicts
    flow = {"clientCredentials": {"tokenUrl": text, "scopes": {text: text}}}
    return {
        "openapi": version,
        "info": {**said, "version": text, "license": {"name": text}, "contact": {"email": text}},
        "jsonSchemaDialect": text,
        "servers": [{"url": f"https://{{{text}}}.test/{{{text}}}", "variables": {text: {"default": text}}, **said}],
        "tags": [{"name": text, "parent": text, "kind": text, **said}],
        "security": [{text: []}],
        "paths": {
            f"/things/{{{text}}}": {**said, "get": operation},
            f"/{text}": {
                "post": {**operation, "parameters": parameters[:1], "requestBody": body, "operationId": f"{text} 2"},
                "put": {"requestBody": {"content": {text: {"schema": schema}}}, "operationId": "put"},
            },
        },
        "components": {
            "schemas": {text: schema, f"{text} union": union, f"{text} enum": {"enum": [text, f" {text}"]}},
            "responses": {text: response},
            "parameters": {text: query},
            "examples": examples,
            "securitySchemes": {
                text: {"type": "apiKey", "in": "header", "name": text},
                "query": {"type": "apiKey", "in": "query", "name": text},
                "cookie": {"type": "apiKey", "in": "cookie", "name": text},
                "http": {"type": "http", "scheme": text, "bearerFormat": text},
                "oauth": {"type": "oauth2", "flows": flow},
                "open": {"type": "openIdConnect", "openIdConnectUrl": text},
            },
        },
        "webhooks": {text: {"post": operation}},
    }


@pytest.fixture(scope="module")
def named(home: Path) -> dict[str, str]:
    """How it ends to load and use all of each document, in several cages, since each has ten seconds."""
    program = "say({title: outcome(lambda: use(load(document))) for title, document in given.items()})"
    documents = {
        title: everywhere(text, "3.0.3" if number % 4 == 3 else "3.1.0")
        for number, (title, text) in enumerate(EVIL.items())
    }
    titles = list(documents)
    ended: dict[str, str] = {}
    for start in range(0, len(titles), 45):
        ended |= alone(program, home, **{title: documents[title] for title in titles[start : start + 45]})
    return ended


@pytest.mark.parametrize("title", EVIL)
def test_a_text_of_the_document_is_only_text(named: dict[str, str], title: str) -> None:
    """Wherever it stands and whatever it says: it is loaded, shown, called, pickled and sent; nothing of it runs."""
    assert named[title] == "done"


SHOWN = {
    "repr": "[repr(api), repr(api.operations['put']), *map(repr, map(api.models.type, api.models))]",
    "docstrings": "[str(it.__doc__) for it in [*api.operations.values(), *map(api.models.__getitem__, api.models)]]",
    "the report": "[*map(repr, api.operations.values()), repr(api.report)][-1:]",
    "exceptions": "[outcome(lambda: it.read(400, {}, json.dumps({'code': said, 'message': said}).encode()))"
    " for said in ['\x1b[2J \u202e'] for it in api.operations.values()]",
    "what is found": "[repr(api.tree()), *map(repr, map(api.search, ['put', 'a', 'x']))]",
    "explanations": "[repr(api.explain(it)) for it in [*api.operations, *api.models]]",
    "examples": "[repr(api.operations['put'].example())]",
    "plans": "[text for it in [api.operations['put'].plan()] for text in (repr(it), it.curl())]",
}


@pytest.mark.parametrize("what", SHOWN)
def test_what_is_shown_moves_no_cursor(home: Path, what: str) -> None:
    """Control characters and marks of direction are shown as text in everything that is made for people to read."""
    program = f"say([text for it in given['documents'] for api in [load(it)] for text in {SHOWN[what]}])"
    documents = [everywhere(TEXTS[title], "3.1.0") for title in ("terminal codes", "right to left", "nothing to see")]
    assert not [text for text in alone(program, home, documents=documents) if UNSEEN.search(text)]


def test_a_terminal_gets_no_codes_from_the_command_line(home: Path) -> None:
    """`leapocr-dyn ops`, `show` and `call` of a hostile document: no control characters."""
    document = {**everywhere(TEXTS["terminal codes"], "3.1.0"), "servers": [{"url": "https://home.test"}]}
    (home / "spec.json").write_text(json.dumps(document))
    said = alone(
        """
        import contextlib, io
        from leapocr_dyn import cli

        class Terminal(io.StringIO):
            def isatty(self):
                return True

        def run(*words):
            out, err = Terminal(), Terminal()
            with contextlib.redirect_stdout(out), contextlib.redirect_stderr(err):
                try:
                    cli.main([*words, "--spec", "spec.json"])
                except SystemExit as end:
                    return [end.code, out.getvalue() + err.getvalue()]

        names = list(load(given["document"]).operations)
        words = [["ops"], *(["show", name] for name in names), *(["call", name, "--key", "k" * 9] for name in names)]
        say([run(*one) for one in words])
        """,
        home,
        document=document,
    )
    assert [code for code, _ in said] == [0, 0, 0, 0, 2, 2, 2]
    ours = re.compile("\x1b\\[[0-9;]*m")  # what a terminal is meant to get; the document has none of these
    assert not [text for _, text in said if UNSEEN.search(ours.sub("", text))]


# -- bombs


def test_a_bomb_of_text_is_no_bomb_for_load(home: Path) -> None:
    """Aliases, merge keys, depth and digits of test_text.py, as text, as bytes, and as a file."""
    (home / "bomb.yaml").write_text(BOMBS["merge keys"])
    said = alone(
        """
        forms = [form for bomb in given["bombs"].values() for form in (bomb, bomb.encode())]
        say([outcome(lambda: load(form)) for form in [*forms, "bomb.yaml"]])
        """,
        home,
        bombs=BOMBS,
    )
    assert {one.partition(":")[0] for one in said} == {"DocumentError"}


# Lines of Python that make a document, since one in a file would be gigantic: {what: [given, what is said of it]}.
SIZES = VECTORS["sizes"]


@pytest.mark.parametrize("what", SIZES)
def test_a_gigantic_document_is_read_or_refused(home: Path, what: str) -> None:
    """Within ten seconds and a gibibyte, in a sentence."""
    given, said = SIZES[what]
    assert said in alone(f"given = {given}\nsay(outcome(lambda: load(given)))", home)


# What the lines below build a document from: schemas S0, S1, ... of which each leads to the next.
CHAIN = """
def chain(length, link):
    return {f"S{n}": link(ref(f"S{n + 1}")) for n in range(length)} | {f"S{length}": {"type": "string"}}
"""
# {what: document, bodies to send}, with the functions of cage.py.
SHAPES = VECTORS["shapes"]
SLOW = {"properties beside unions that double", "100,000 operations"}


def paced(case: str) -> Any:  # Any: a pytest.param
    """A case, marked where it takes long."""
    return pytest.param(case, marks=[pytest.mark.slow] if case in SLOW else [])


@pytest.mark.parametrize("shape", [paced(shape) for shape in SHAPES])
def test_a_shape_that_multiplies_costs_no_more_than_its_text(home: Path, shape: str) -> None:
    """Chains, rings and powers of two are loaded, shown, sent and read, or refused in a sentence."""
    said = alone(f"{CHAIN}\nsay(tried({SHAPES[shape]}))", home)
    assert said == "done" or said.startswith("DocumentError")


DOCUMENTS = VECTORS["documents"]


@pytest.mark.parametrize("document", [paced(document) for document in DOCUMENTS])
def test_a_large_document_costs_no_more_than_its_text(home: Path, document: str) -> None:
    """Whatever there is many of, it loads, and its first and last operations can be looked at and planned."""
    said = alone(
        f"""
        def all_of_it():
            api = load({DOCUMENTS[document]})
            shown = [repr(api), api.base_url, repr(api.models)]
            names = list(api.operations)
            for name in names if len(names) <= 10_000 else [*names[:9], *names[-9:]]:
                operation = api.operations[name]
                shown += [repr(operation), operation.__doc__, str(operation.signature)]
                outcome_of_ours(lambda: operation.plan(**{{one.name: "a" for one in operation.parameters}}))

        say(outcome(all_of_it))
        """,
        home,
    )
    assert said == "done"


# -- patterns

PATTERNS = {
    "that backtracks": "^(a+)+$",
    "that backtracks in turns": "^(a|a)*$",
    "of words of one letter": "(.*)*" * 20 + "b",
    "that refers back": r"(a*)*\1*\1b",
    "that calls itself": "(a|(?R))*",
    "that counts": "((a{1,100}){1,100}){1,100}$",
    "that guesses": "(?:aaaa){e<=4}b",
    "of a billion letters": "a{1000000000}",
    "of letters times letters": "(?:a{9999}){9999}",
    "of a count in each bracket": "(" * 400 + "a" + "{1,9})" * 400,
    "of many brackets": "(" * 5000 + ")" * 5000,
    "of many classes": "[[" * 5000,
    "that is long": "x" * 5_000_000,
    "of long options": "|".join("a" * length for length in range(2000)),
}


@pytest.mark.parametrize("what", PATTERNS)
def test_a_pattern_takes_no_time(home: Path, what: str) -> None:
    """In every place, for a text that it was made for: it is stopped, and not held against the text."""
    program = """
    import time
    pattern, text = {"type": "string", "pattern": given["pattern"]}, "a" * 5_000 + "!"
    document = asking({**pattern, "type": ["string", "object"], "propertyNames": pattern,
                       "patternProperties": {given["pattern"]: pattern}, "additionalProperties": pattern})
    document["paths"]["/things"]["post"]["parameters"] = [{"name": "q", "in": "query", "schema": pattern}]
    api, began = load(document), time.process_time()
    said = [outcome(lambda: api.operations["go"].plan(body=body, q=text)) for body in (text, {text: text})]
    api.operations["go"].read(200, {}, json.dumps(text).encode())
    say([said, time.process_time() - began])
    """
    said, seconds = alone(program, home, pattern=PATTERNS[what])
    assert not [one for one in said if one.startswith("escaped")]
    assert seconds < 2


def test_a_thousand_patterns_take_no_time(home: Path) -> None:
    """All the patterns of one call share what one may take."""
    program = """
    names = [f"p{number}" for number in range(1_000)]
    api = load(asking({"properties": {name: {"pattern": f"^(a|a)+${name}|b"} for name in names}}))
    say(outcome(lambda: api.operations["go"].plan(body={name: "a" * 40 + "!" for name in names})))
    """
    assert not alone(program, home).startswith("escaped")


# -- what a document would like to have read, fetched or sent


class Listener:
    """A port that answers every request with a secret. heard: the first bytes of each."""

    def __init__(self) -> None:
        self._socket = socket.create_server(("127.0.0.1", 0))
        self.port = self._socket.getsockname()[1]
        self.heard: list[str] = []
        self._thread = threading.Thread(target=self._serve)
        self._thread.start()

    def _serve(self) -> None:
        with contextlib.suppress(OSError):
            while True:
                connection, _ = self._socket.accept()
                with connection, contextlib.suppress(OSError):
                    self.heard.append(connection.recv(65536).decode("latin-1"))
                    connection.sendall(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: 2\r\n\r\n{}")

    def close(self) -> None:
        """Stop, and wait for it."""
        self._socket.shutdown(socket.SHUT_RDWR)  # wakes accept
        self._thread.join()
        self._socket.close()


@pytest.fixture
def listeners() -> Iterator[tuple[Listener, Listener]]:
    """The caller's own API, and somebody else."""
    both = Listener(), Listener()
    yield both
    for one in both:
        one.close()


def pointing(target: str) -> Json:
    """A document that points to a target wherever one may point."""
    it = {"$ref": target}
    mapping = {"propertyName": "a", "mapping": {"a": target}}
    union = {"schema": {"oneOf": [it, {"type": "object"}], "discriminator": mapping}}
    content = {"application/json": {"schema": it, "examples": {"a": it, "b": {"externalValue": target}}}, "a/b": union}
    node = {
        "operationId": "go",
        "parameters": [it],
        "requestBody": it,
        "responses": {"200": {"description": "", "content": content, "headers": {"a": it}}, "400": it},
        "callbacks": {"a": it},
        "externalDocs": {"url": target},
    }
    other = {"operationId": "other", "requestBody": {"content": content}, "responses": {}}
    schemas = {
        "A": it,
        "B": {"properties": {"a": it}, "items": it, "allOf": [it]},
        "C": {"enum": [it], "default": it, "examples": [it]},
        "D": {"$id": target, "$schema": target, "$dynamicRef": target, "$vocabulary": {target: True}},
    }
    rest = {"info": {"title": "pointing", "version": "1"}, "$self": target, "jsonSchemaDialect": target}
    paths = {"/a": {"post": node, "put": other}, "/b": it}
    return {"openapi": "3.1.0", **rest, "paths": paths, "components": {"schemas": schemas, "responses": {"A": it}}}


def test_no_reference_reads_a_file_or_asks_a_server(home: Path, listeners: tuple[Listener, Listener]) -> None:
    """In every place and every spelling, from a dict, text or a file: nobody is asked, no secret is found."""
    folder = home / "api"
    folder.mkdir()
    for place in (home / "secret.json", home / "api.json"):
        place.write_text('{"type": "string", "description": "SECRET"}')
    (folder / "link.json").symlink_to(home / "secret.json")
    (folder / "up").symlink_to(home)
    there = f"127.0.0.1:{listeners[1].port}"
    targets = [
        *[
            f"http://{there}/a",
            f"//{there}/a",
            f"HTTP://{there}/#/a",
            f"http:{there}",
            f"http://a@{there}",
            f"ftp://{there}/a",
        ],
        *[
            f"file://{home}/secret.json",
            f"{home}/secret.json",
            "file:///etc/passwd",
            "/etc/passwd",
            "/proc/self/environ",
        ],
        *[
            "../secret.json",
            "../api.json#/description",
            "./../secret.json#",
            "a/../../secret.json",
            "link.json",
            "up/secret.json",
        ],
        *[
            "..%2fsecret.json",
            "%2e%2e/secret.json",
            "..\\secret.json",
            f"\\\\{there}\\a",
            "C:\\secret.json",
            "~/secret.json",
        ],
        *[
            "data:application/json,{}",
            "urn:a:b",
            "$HOME/secret.json",
            "secret.json\0",
            "/dev/stdin",
            "a" * 10_000,
            "\ud800",
        ],
    ]
    for number, target in enumerate(targets):
        (folder / f"{number}.json").write_text(json.dumps(pointing(target)))
    program = """
    from pathlib import Path

    def everything(given):
        api = load(given)
        return "".join([*use(api), json.dumps(api.document)])

    forms = [form for number, it in enumerate(given["documents"])
             for form in (it, json.dumps(it), Path(f"api/{number}.json"))]
    shown = [outcome_of_ours(lambda: everything(form)) for form in forms]
    say([one for one in shown if "SECRET" in one or "root:" in one])
    """
    assert alone(program, home, documents=list(map(pointing, targets))) == []
    assert listeners[1].heard == []


def test_no_server_of_the_document_gets_a_key(home: Path, listeners: tuple[Listener, Listener]) -> None:
    """Servers of the document, of a path and of an operation, token URLs and links: with a base URL of the caller's, a
    key goes nowhere else; without one, it goes nowhere."""
    mine, evil = listeners
    there = f"http://127.0.0.1:{evil.port}"
    elsewhere: Json = [{"url": f"{there}/v1"}]
    flows = {
        name: {"tokenUrl": f"{there}/token", "refreshUrl": f"{there}/token", "authorizationUrl": there, "scopes": {}}
        for name in ("clientCredentials", "password", "authorizationCode", "implicit")
    }
    schemes: Json = {
        "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
        "query": {"type": "apiKey", "in": "query", "name": "key"},
        "cookie": {"type": "apiKey", "in": "cookie", "name": "key"},
        "bearer": {"type": "http", "scheme": "bearer"},
        "basic": {"type": "http", "scheme": "basic"},
        "oauth": {"type": "oauth2", "flows": flows, "oauth2MetadataUrl": f"{there}/meta"},
        "open": {"type": "openIdConnect", "openIdConnectUrl": f"{there}/.well-known/openid-configuration"},
    }
    answer = {"200": {"description": "", "links": {"next": {"operationId": "key", "server": elsewhere[0]}}}}
    paths = {
        f"/{name}{number}": {
            "get": {"operationId": f"{name}{number}", "security": [{name: []}], "responses": answer, **own},
            **shared,
        }
        for name in schemes
        for number, (own, shared) in enumerate([({}, {}), ({"servers": elsewhere}, {}), ({}, {"servers": elsewhere})])
    }
    document = {"openapi": "3.1.0", "info": {"title": "t", "version": "1"}, "servers": elsewhere, "paths": paths}
    program = """
    api = load(given["document"])
    key = "the-key-of-the-user"
    named = {name: key for name in ("basic", "oauth", "open")}
    ended = []
    for url in (given["mine"], None):
        with api.client(base_url=url, api_key=key, token=key, credentials=named, max_retries=0, timeout=5) as client:
            ended += [outcome(getattr(client.default, name)) for name in api.operations]
    say(ended)
    """
    ended = alone(
        program,
        home,
        (mine.port, evil.port),
        document={**document, "components": {"securitySchemes": schemes}},
        mine=f"http://127.0.0.1:{mine.port}",
    )
    assert not [one for one in ended if one.startswith("escaped")]
    assert [one for one in ended if one == "done"]
    assert any("the-key-of-the-user" in heard for heard in mine.heard)
    secrets = ("the-key-of-the-user", "dGhlLWtleS1vZi10aGUtdXNlcg")
    assert not [heard for heard in evil.heard if any(secret in heard for secret in secrets)]


def test_no_token_url_of_the_document_gets_a_client_secret(home: Path, listeners: tuple[Listener, Listener]) -> None:
    """ClientCredentials are proven where the caller says, or at the API's own origin; the document names neither."""
    mine, evil = listeners
    there = f"http://127.0.0.1:{evil.port}/token"
    oauth = {"type": "oauth2", "flows": {"clientCredentials": {"tokenUrl": there, "refreshUrl": there, "scopes": {}}}}
    document = openapi(paths={"/a": {"get": {"operationId": "go", "security": [{"oauth": []}]}}})
    document["components"]["securitySchemes"] = {"oauth": oauth}
    program = """
    from leapocr_dyn import ClientCredentials
    api = load(given["document"])
    ended = []
    for url in (None, given["mine"] + "/token"):
        asked = ClientCredentials("the-user", "the-secret-of-the-user", **({"token_url": url} if url else {}))
        with api.client(base_url=given["mine"], token=asked, max_retries=0, timeout=5) as client:
            ended.append(outcome(client.default.go).partition(":")[0])
    say(ended)
    """
    home_url = f"http://127.0.0.1:{mine.port}"
    ended = alone(program, home, (mine.port, evil.port), document=document, mine=home_url)
    assert ended[0] == "ConfigurationError"
    assert [heard.split()[1] for heard in mine.heard][:1] == ["/token"]
    assert evil.heard == []


TEMPLATES = [
    *[
        "//evil.test/a",
        "/../../admin",
        "/a/../../admin",
        "/./a",
        "/..",
        "/%2e%2e/a",
        "/..\\a",
        "\\\\evil.test\\a",
        "/{a}/..%2f",
    ],
    *[
        "https://evil.test/a",
        "@evil.test/",
        ".evil.test/",
        ":81/a",
        "a",
        "",
        "?a",
        "#a",
        " @evil.test/",
        "\t@evil.test/",
    ],
    *[
        "/a\r\nX-Evil: 1",
        "/ HTTP/1.1\r\nHost: evil.test\r\n\r\n",
        "/a\tb",
        "/\0",
        "/a b",
        "/a?x=1",
        "/a#f",
        "/\u202e",
        "/\ud800",
    ],
    *["{a}{b}", "/{a}{b}", "/{a", "/a}", "/{}", "/{a}/{a}", "/{{a}}", "/{a/b}", "/{a}?b={a}", "/é"],
]


def test_no_path_leads_out_of_the_base_url(home: Path) -> None:
    """Whatever the document calls a path, and whatever its arguments: what is sent goes below the base URL, or not."""
    program = """
    import httpx

    def run(path, base_url, seen):
        def server(request):
            seen.append([base_url, str(request.url)])
            return httpx.Response(204)

        api = load({**openapi(paths={path: {"get": {"operationId": "go", "security": [{"k": []}]}}}),
                    "components": {"securitySchemes": {"k": {"type": "apiKey", "in": "header", "name": "X-Key"}}}})
        mock = httpx.Client(transport=httpx.MockTransport(server))
        client = api.client(base_url=base_url, api_key="the-key-of-the-user", http_client=mock)
        for value in ("a", "@evil.test/", "//evil.test"):
            arguments = dict.fromkeys(api.operations["go"].signature.parameters, value)
            outcome_of_ours(lambda: client.default.go(**arguments))

    seen = []
    ended = [outcome(lambda: run(path, url, seen)) for path in given["paths"] for url in ("https://home.test", "https://home.test/v1")]
    say([seen, [one for one in ended if one != "done"]])
    """
    seen, escaped = alone(program, home, paths=TEMPLATES)
    assert escaped == []
    assert seen
    assert [url for base, url in seen if not url.startswith(f"{base}/")] == []


FRAMING = ["Host", "host", "Content-Length", "Transfer-Encoding", "Connection", "TE", "Upgrade", "Expect", "Trailer"]
FIELDS = [
    "X-Fine",
    *[
        "X\r\nEvil: 1",
        "X\nEvil: 1",
        "X: 1\r\n",
        "X Y",
        "X:",
        "",
        "\0",
        "é",
        "\ud800",
        "X\x7f",
        "a=1; evil",
        "a;b",
        "a,b",
        '"a"',
    ],
    *FRAMING,
]


@pytest.fixture(scope="module")
def sent(home: Path) -> list[tuple[list[list[str]], list[str]]]:
    """For each name: how the calls ended in each place, and the requests that were made with it."""
    mine = Listener()
    program = """
    def run(number, field, where):
        node = {"operationId": "go", "security": [], "parameters": [{"name": field, "in": where, "schema": {}}]}
        scheme = {"type": "apiKey", "in": where, "name": field}
        ended = []
        for it in (node, {"operationId": "go", "security": [{"k": []}]}):
            api = load({**openapi(paths={"/a": {"post": it}}), "components": {"securitySchemes": {"k": scheme}}})
            url = f"{given['url']}/{number}"
            with api.client(base_url=url, api_key="the-key-of-the-user", max_retries=0) as client:
                names = api.operations["go"].signature.parameters
                ended.append(outcome(lambda: client.default.go(**{name: "value" for name in names})).partition(":")[0])
        return ended

    say([[run(number, field, where) for where in ("header", "cookie", "query")]
         for number, field in enumerate(given["fields"])])
    """
    try:
        ended = alone(program, home, (mine.port,), fields=FIELDS, url=f"http://127.0.0.1:{mine.port}")
    finally:
        mine.close()
    return [
        (said, [heard for heard in mine.heard if heard.startswith(f"POST /{number}/")])
        for number, said in enumerate(ended)
    ]


@pytest.mark.parametrize("field", FIELDS)
def test_no_name_adds_a_field(sent: list[tuple[list[list[str]], list[str]]], field: str) -> None:
    """A parameter or a security scheme of any name: it is sent as one field that is its own, or refused."""
    ended, requests = sent[FIELDS.index(field)]
    calls = [one for place in ended for one in place]
    assert set(calls) <= {"done", "ValidationError", "AuthenticationError"}
    assert len(requests) == calls.count("done") == (6 if field == "X-Fine" else len(requests))
    for heard in requests:
        lines = heard.split("\r\n\r\n")[0].split("\r\n")
        names = [line.partition(":")[0].lower() for line in lines[1:]]
        assert "evil" not in names
        assert len(names) == len(set(names))
        assert [line for line in lines if line.startswith("Host: 127.0.0.1:")]
        assert not {"connection", "te", "upgrade", "expect", "trailer", "transfer-encoding"} & set(names)
        assert not [line for line in lines if line.lower().startswith("cookie:") and ";" in line]


SERVERS = [
    *[
        "file:///etc/passwd",
        "javascript:a",
        "data:a",
        "unix:/x",
        "//evil.test",
        "https://u:p@evil.test",
        "http://[::1",
        "http://[a]",
    ],
    *[
        "https://home.test\r\n",
        "{" * 10_000,
        "https://{a}.test",
        "https://a:99999",
        "https://a:b",
        "",
        " ",
        "?a",
        "#a",
        "https://[{a}].test",
    ],
]


def test_no_server_breaks_a_client(home: Path) -> None:
    """A URL that is none is said to be none, when it is needed."""
    program = """
    def run(url):
        variables = {"a": {"default": "]["}, "b": 1, "c": None, "d": {"default": {"a": 1}}}
        servers = [{"url": url, "variables": variables}]
        api = load(openapi(paths={"/a": {"get": {"operationId": "go"}}}, servers=servers))
        client = api.client(api_key="the-key-of-the-user")
        repr(client)
        outcome_of_ours(client.default.go.plan)
        outcome_of_ours(client.default.go)
        outcome_of_ours(lambda: client.request("GET", "/a"))

    say([[url, ended] for url in given["urls"] if (ended := outcome(lambda: run(url))) != "done"])
    """
    assert alone(program, home, urls=SERVERS) == []


# -- overlays and workflows

WORKFLOWS: list[Json] = [
    {"operations": {"go": {"name": "__class__.__init__"}}},
    {"operations": {"go": {"name": "default.mro"}}},
    {"operations": {"go": {"name": "default._session"}}},
    {"operations": {"go": {"at": "GET /things", "name": "session.api"}}},
    {"operations": {"go": {"name": "class.def"}}},
    {"operations": {"go": {"name": "client.close"}}},
    {"views": {"Canary": {"of": ["go"], "fields": {"__class__": "a"}}}},
    {"views": {"Canary": {"of": ["go"], "fields": {"mro": {"from": "a"}}}}},
    {"errors": {"codes": {"A": "BaseExceptionError"}, "message": ["$" + "(" * 5000]}},
    {"errors": {"message": ["$response.body#" + "/a" * 50_000], "code": ["$response.header." + "a" * 10_000]}},
    {"environment": {"api_key": "PATH"}},
    {"tag": "\x1b[2J"},
    {"$ref": "http://127.0.0.1:9/a", "operations": {"$ref": "file:///etc/passwd"}},
]


def test_a_hostile_workflow_is_refused_or_harmless(home: Path) -> None:
    """Names that Python has, expressions that never end, references: no more than a DocumentError."""
    program = """
    def run(rules):
        use(load(asking({"properties": {"a": {}}}), workflow=rules))

    say([[rules, ended] for rules in given["workflows"] for form in (rules, json.dumps(rules))
         if not (ended := outcome(lambda: run(form))).startswith(("done", "DocumentError"))])
    """
    assert alone(program, home, workflows=WORKFLOWS) == []


def test_a_hostile_overlay_is_refused_or_harmless(home: Path) -> None:
    """What it brings in is as hostile as a document: targets, copies and updates hold the same texts."""
    action = [
        {"target": "$", "update": everywhere(TEXTS["double quotes"], "3.1.0")},
        {"target": f"$.paths['{MARK}-'].x", "remove": True, "description": CODE},
        {"target": "$.components", "update": {"schemas": {"A": {"$ref": "file:///etc/passwd"}}}},
    ]
    cases: list[Json] = [{"overlay": "1.0.0", "info": {"title": CODE, "version": CODE}, "actions": action}]
    cases += [
        {**cases[0], "extends": target} for target in ("http://127.0.0.1:9/a", "file:///etc/passwd", "../a", CODE)
    ]
    cases += [{**cases[0], "actions": [{"target": target, "update": 1}]} for target in TEXTS.values()]
    program = """
    ended = [outcome(lambda: use(load(openapi(), overlay=corrections))) for corrections in given["overlays"]]
    say([one for one in ended if not one.startswith(("done", "DocumentError"))])
    """
    assert alone(program, home, overlays=cases) == []


# -- anything at all

SMALL = {
    "openapi": "3.1.0",
    "info": {"title": "small", "version": "1"},
    "servers": [{"url": "https://{region}.home.test", "variables": {"region": {"default": "eu", "enum": ["eu"]}}}],
    "security": [{"key": []}],
    "tags": [{"name": "pets"}],
    "paths": {
        "/pets/{id}": {
            "parameters": [{"$ref": "#/components/parameters/Id"}],
            "get": {
                "operationId": "getPet",
                "tags": ["pets"],
                "parameters": [
                    {"name": "q", "in": "query", "style": "deepObject", "explode": True, "schema": {"type": "object"}}
                ],
                "responses": {
                    "200": {
                        "description": "a",
                        "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                    },
                    "default": {"description": "b"},
                },
            },
            "put": {
                "operationId": "putPet",
                "requestBody": {
                    "required": True,
                    "content": {"application/json": {"schema": {"$ref": "#/components/schemas/Pet"}}},
                },
                "responses": {"204": {"description": "c"}},
                "security": [{"bearer": []}, {}],
            },
        }
    },
    "components": {
        "parameters": {
            "Id": {"name": "id", "in": "path", "required": True, "schema": {"type": "string", "pattern": "^a"}}
        },
        "schemas": {
            "Pet": {
                "type": "object",
                "required": ["name"],
                "properties": {
                    "name": {"type": "string", "minLength": 1, "default": "a"},
                    "kind": {"type": "string", "enum": ["cat", "dog"], "x-enum-varnames": ["C", "D"]},
                    "born": {"type": ["string", "null"], "format": "date-time"},
                    "friends": {"type": "array", "items": {"$ref": "#/components/schemas/Pet"}, "uniqueItems": True},
                    "home": {"oneOf": [{"$ref": "#/components/schemas/House"}, {"type": "number", "multipleOf": 2}]},
                },
            },
            "House": {
                "allOf": [{"properties": {"rooms": {"const": 3}}}, {"additionalProperties": {"type": "integer"}}]
            },
        },
        "securitySchemes": {
            "key": {"type": "apiKey", "in": "header", "name": "X-Key"},
            "bearer": {"type": "http", "scheme": "bearer"},
        },
    },
}


def places(node: Json, at: tuple[str | int, ...] = ()) -> Iterator[tuple[str | int, ...]]:
    """The way to every node of a tree."""
    yield at
    for key, inner in node.items() if isinstance(node, dict) else enumerate(node) if isinstance(node, list) else ():
        yield from places(inner, (*at, key))


GARBAGE = [
    *[
        None,
        True,
        False,
        0,
        -1,
        1e308,
        10**4000,
        "",
        "\0",
        "\ud800",
        "$ref",
        [],
        {},
        [[]],
        [None],
        {"": None},
        {"$ref": 1},
    ],
    *[{"$ref": "#"}, {"$ref": "#/components/schemas/Pet"}, {"$ref": "#/paths"}, {"$ref": "nowhere"}, {"type": "array"}],
    *[
        {"allOf": []},
        {"oneOf": {}},
        {"enum": [{}]},
        {"properties": []},
        ["string"],
        "string",
        "object",
        "path",
        {"a": {}},
    ],
]


@settings(max_examples=150, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(st.tuples(st.sampled_from(list(places(SMALL))), st.sampled_from(GARBAGE)), min_size=1, max_size=3))
def test_any_damage_to_a_document_is_an_error_of_ours_or_none(damage: list[tuple[tuple[str | int, ...], Json]]) -> None:
    """Whatever stands in any place: loading, looking, planning and reading end in our exceptions, or well."""
    document: Json = copy.deepcopy(SMALL)
    for at, garbage in damage:
        if not at:
            continue
        holder = document
        with contextlib.suppress(KeyError, IndexError, TypeError):
            for step in at[:-1]:
                holder = holder[step]
            holder[at[-1]] = copy.deepcopy(garbage)
    with contextlib.suppress(errors.Error):
        api = load(document)
        shown = [repr(api), repr(api.report), repr(api.models), api.name, api.base_url]
        for name in api.models:
            made = api.models.type(name)
            shown += [repr(made.python), repr(api.converter.structure({"name": 1, "kind": "x", "home": {}}, made))]
        for operation in api.operations.values():
            shown += [repr(operation), str(operation.__doc__), str(operation.signature), repr(operation.schemes)]
            for arguments in ({}, {"id": "a"}, {"id": "a", "body": {"name": "a", "home": 3}}):
                with contextlib.suppress(errors.Error, TypeError):
                    shown.append(operation.plan("", **arguments).curl())
            with contextlib.suppress(errors.Error):
                shown.append(repr(operation.read(200, {"content-type": "application/json"}, b'{"name": 1}')))
