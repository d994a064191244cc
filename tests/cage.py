"""A cage for documents that mean harm: a process with limits, an alarm, and somebody who does all that users do.

    said = alone("say(outcome(lambda: load(given['text'])))", text=BOMB)      # in a test

The process has ten seconds of CPU and a gibibyte of memory. Its alarm is an audit hook, which no `except` holds back:
the process ends at once where a file is written or one outside of Python and this project is read, where a socket or
another process is asked for, where a module of the document's choosing is imported, and where text of the document is
compiled. A document's hostile texts all hold MARK, and would leave a file behind if they ever ran.
"""

from __future__ import annotations

import importlib
import inspect
import json
import os
import pickle
import pydoc
import re
import resource
import shlex
import subprocess
import sys
import textwrap
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

Json = Any  # the border where JSON enters

CPU = 10  # seconds
MEMORY = 1 << 30  # bytes
BREACH = 99  # the code that a process exits with when the alarm goes
MARK = "canary"
ROOT = Path(__file__).parents[1]

# --- outside ---


def alone(program: str, home: Path, allow: tuple[int, ...] = (), **given: Json) -> Json:
    """What a program says when it runs in the cage.

    home: its working directory, the one place where it may read beside Python and the project; if the document's code
    ran, it would write there. allow: ports of this machine that it may connect to. given: what the program gets.
    """
    done = subprocess.run(
        [sys.executable, "-X", "dev", "-W", "error", "-c", BEGIN + textwrap.dedent(program)],
        # What sends imports much more, which costs as long again as all that most programs do.
        input=json.dumps({"given": given, "allow": allow, "sends": "client(" in program or "use(" in program}),
        capture_output=True,
        text=True,
        cwd=home,
        env={**os.environ, "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'tests'}", "PYTHONDONTWRITEBYTECODE": "1"},
    )
    assert not [path for path in home.rglob(f"*{MARK}*") if path.name != f"{MARK}.py"], "code of the document ran"
    assert done.returncode == 0, f"ended with {done.returncode}: {done.stderr[-3000:]}"
    assert done.stderr == ""
    return json.loads(done.stdout)


BEGIN = """
import sys
from cage import *
given = locked()
"""

# --- inside ---


def locked() -> Json:
    """Lock the door from inside, and give what was handed in. Everything that a program needs is imported before."""
    given = json.load(sys.stdin)
    sending = ("httpx", "httpcore", "trio", "leapocr_dyn.client", "leapocr_dyn.transport.blocking")
    for name in ("yaml", "regex", "leapocr_dyn.api", *(sending if given["sends"] else ())):
        importlib.import_module(name)
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))
    sys.addaudithook(_alarm(tuple(given["allow"])))
    return given["given"]


def _alarm(ports: tuple[int, ...]) -> Callable[[str, tuple[Any, ...]], None]:  # Any: what an event carries
    places = (sys.prefix, sys.base_prefix, str(ROOT), os.getcwd(), "/usr/share/zoneinfo", *filter(None, sys.path))
    readable = tuple({os.path.realpath(place) for place in places})

    def reads(path: Any, mode: object, flags: Any) -> bool:  # Any: a path or a descriptor; None or a number
        writes = (flags or 0) & (os.O_WRONLY | os.O_RDWR | os.O_CREAT | os.O_TRUNC | os.O_APPEND)
        if isinstance(path, int) or path in (os.devnull, "/dev/urandom", "/dev/zero"):
            return True
        return not writes and os.path.realpath(os.fsdecode(path)).startswith(readable)

    def goes_home(address: object) -> bool:
        return isinstance(address, tuple) and address[0] in ("127.0.0.1", "::1") and address[1] in ports

    allowed: dict[str, Callable[..., bool]] = {
        "open": reads,
        "socket.connect": lambda _, address: goes_home(address),
        "socket.getaddrinfo": lambda host, port, *rest: goes_home((host, port)),
        "compile": lambda source, name: f"{MARK}-" not in str(source),
        "import": lambda name, *rest: MARK not in name,
        "pickle.find_class": lambda module, name: (
            module.split(".")[0] in ("leapocr_dyn", "builtins", "copyreg", "cage")
        ),
    }
    never = ("subprocess.", "os.", "shutil.", "socket.bind", "socket.gethost", "webbrowser.", "tempfile.", "marshal.")
    harmless = ("os.listdir", "os.scandir", "os.fwalk", "os.walk", "os.putenv", "os.unsetenv", "marshal.loads")

    def alarm(event: str, arguments: tuple[Any, ...]) -> None:  # Any: see above
        judge = allowed.get(event)
        if (not judge(*arguments)) if judge else (event.startswith(never) and event not in harmless):
            import traceback

            os.write(2, f"BREACH {event} {arguments!r:.500}\n{''.join(traceback.format_stack())}".encode())
            os._exit(BREACH)

    return alarm


def say(value: Json) -> None:
    """The program's answer."""
    print(json.dumps(value))


def load(given: Json, **options: Json) -> Any:  # Any: an Api; its module is imported behind the door
    """leapocr_dyn's load()."""
    from leapocr_dyn.api import load

    return load(given, **options)


def openapi(schemas: Json = None, paths: Json = None, **rest: Json) -> Json:
    """A document with these component schemas and paths."""
    info = {"title": "hostile", "version": "1"}
    return {"openapi": "3.1.0", "info": info, "paths": paths or {}, "components": {"schemas": schemas or {}}, **rest}


def ref(name: str) -> Json:
    """A reference to a component's schema."""
    return {"$ref": f"#/components/schemas/{name}"}


def asking(schema: Json, **schemas: Json) -> Json:
    """A document whose only operation, `go`, takes and gives what a schema describes."""
    content = {"content": {"application/json": {"schema": schema}}}
    node = {"operationId": "go", "requestBody": content, "responses": {"200": {"description": "", **content}}}
    return openapi(schemas, {"/things": {"post": node}})


def outcome(action: Callable[[], object]) -> str:
    """How an action ends: "done", the name and text of an exception of ours, or "escaped ..." for any other."""
    from leapocr_dyn import errors

    try:
        action()
        return "done"
    except errors.Error as error:
        return f"{type(error).__name__}: {str(error)[:2000]}"
    except Exception as error:  # noqa: BLE001 - to tell of it is the point
        import traceback

        where = [f"{Path(frame.filename).name}:{frame.lineno}" for frame in traceback.extract_tb(error.__traceback__)]
        return f"escaped {type(error).__name__}: {str(error)[:200]} at {' < '.join(reversed(where[-4:]))}"


def there_and_back(operation: Any, body: Json) -> None:  # Any: an Operation
    """Send a body and read it again."""
    outcome_of_ours(lambda: operation.plan(body=body))
    outcome_of_ours(lambda: operation.read(200, {}, json.dumps(body).encode()))


def tried(document: Json, *bodies: Json) -> str:
    """How it ends to load a document, to look at all of its models, and to send each body and get it back."""

    def all_of_it() -> None:
        api = load(document)
        for name in api.models:
            repr(api.models[name])
        for operation in api.operations.values():
            repr(operation), str(operation.__doc__), str(operation.signature)
        for body in bodies:
            there_and_back(api.operations["go"], body)

    return outcome(all_of_it)


def use(api: Any) -> list[str]:
    """Do all that a user does with an Api, and give every text that a terminal would have shown."""
    shown = [repr(api), repr(api.report), repr(api.models), repr(api.operations), api.name, api.base_url]
    shown += [f"{dir(api)}", f"{dir(api.models)}", *map(str, api.report)]
    for name in list(api.models):
        shown += [repr(api.models.type(name)), *_used_model(api, name)]
    client = api.client(base_url="https://home.test/v1", api_key="key-of-the-user", http_client=_nobody())
    shown += [repr(client), f"{dir(client)}"]
    for name in list(client._namespaces):
        namespace = getattr(client, name)
        shown += [repr(namespace), f"{dir(namespace)}", inspect.getdoc(namespace) or ""]
        for call in vars(type(namespace)).values():
            if hasattr(call, "operation"):
                shown += [*_used_call(getattr(namespace, call.__name__))]
    shown.append(repr(pickle.loads(pickle.dumps(api))))
    return shown


def _nobody() -> Any:  # Any: httpx is imported behind the door
    import httpx

    return httpx.Client(transport=httpx.MockTransport(lambda request: httpx.Response(200, json={"a": [1]})))


def _used_model(api: Any, name: str) -> Iterator[str]:
    made = api.models[name]
    wanted = api.models.type(name)
    yield from (repr(made), f"{wanted.annotation} {wanted.kinds}")
    if isinstance(made, type) and made.__module__ == "leapocr_dyn.models":
        yield from (pydoc.plain(pydoc.render_doc(made)), f"{inspect.signature(made)} {dir(made)}")
    fields = getattr(wanted, "fields", [])
    values: list[Json] = [dict.fromkeys((field.wire for field in fields), 1), {MARK: {MARK: 1}}, "text", None, [{}]]
    for value in values:
        read = api.converter.structure(value, wanted)
        yield repr(read)
        assert pickle.loads(pickle.dumps(read)) == read
        if hasattr(read, "to_dict"):
            assert read.to_dict() == value
    if fields:
        given = {field.name: MARK for field in fields}
        assert {made(**given)[field.wire] for field in fields} == {MARK}
        yield repr(made(**given))
    for value in getattr(wanted, "values", ()) if hasattr(made, "__members__") else ():
        assert made(value) == value
        yield repr(made(value))


def _used_call(call: Any) -> Iterator[str]:
    operation = call.operation
    yield from (
        repr(call),
        str(call.__signature__),
        str(call.__doc__),
        call.__name__,
        call.__qualname__,
        pydoc.plain(pydoc.render_doc(call)),
    )
    yield from (
        repr(operation),
        repr(operation.parameters),
        repr(operation.body),
        f"{operation.security} {operation.schemes}",
    )
    yield from planned(call)
    for status in (200, 204, 400):
        for content in (b'{"a": [1]}', b"<html>"):
            yield outcome_of_ours(lambda: repr(operation.read(status, {"content-type": "application/json"}, content)))  # noqa: B023


VALUES: list[Json] = ["a", ["a"], {"a": 1}]


def planned(call: Any) -> Iterator[str]:
    """Plans, with no arguments and with one kind of value for all: each one's repr and shell command."""
    from leapocr_dyn import errors

    names = list(call.operation.signature.parameters)
    for arguments in (
        {},
        *({name: value for name in names if name != "body"} for value in VALUES),
        *(dict.fromkeys(names, value) for value in VALUES),
    ):
        try:
            plan = call.plan(**arguments)
        except (TypeError, errors.Error) as error:
            # Of Python's own, only what is said of arguments that are missing.
            if not isinstance(error, errors.Error) and not re.search("\\) (needs|takes either) ", str(error)):
                raise
            yield str(error)
            continue
        assert plan.url.startswith("https://home.test/v1/"), plan.url
        yield from (repr(plan), safe(plan))
        yield outcome_of_ours(lambda: call(**arguments))  # noqa: B023


def outcome_of_ours(action: Callable[[], object]) -> str:
    """The text of what an action gives, or of the exception of ours that it raises."""
    from leapocr_dyn import errors

    try:
        return str(action())
    except errors.Error as error:
        return str(pickle.loads(pickle.dumps(error)))


def safe(plan: Any) -> str:
    """A plan's shell command, once it is sure that a shell would take all of it for words of curl's."""
    line: str = plan.curl()
    words = shlex.split(line)
    assert words[:3] == ["curl", "-X", plan.method], words
    assert words[3] == plan.url
    options = [word for word in words[4:] if word != "--globoff"]
    assert set(options[::2]) <= {"-H", "--data-binary", "--data-raw"}, options
    # A shell reads quoted text, in double quotes perhaps variables' names; what is left has nothing of its own.
    rest = re.sub(r"""'[^']*'|"(?:[^"`\\$]|\$\w+)*["]""", "", line)
    assert not re.search(r"""[`;&|<>\n\r(){}*?~!#\\'"$]""", rest), rest
    return line
