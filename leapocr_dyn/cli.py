"""leapocr-dyn: documents to text, and an API's operations, from the command line.

Results go to stdout, progress and errors to stderr; an error is one sentence. Exit codes: 0 done, 1 the job or the
server failed, 2 the call was wrong, 130 interrupted. A terminal gets no control characters of others, and no bytes that
are no text.
"""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from urllib.parse import unquote

from leapocr_dyn import __version__, errors
from leapocr_dyn.visible import UNSEEN

try:
    import click
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TaskProgressColumn, TextColumn, TimeElapsedColumn
except ImportError:  # pragma: no cover - tested in an environment without them
    sys.exit("leapocr-dyn: the command line needs two more packages: pip install 'leapocr-dyn[cli]'")

if TYPE_CHECKING:
    from leapocr_dyn.api import Api
    from leapocr_dyn.client import Client
    from leapocr_dyn.operation.operation import Operation
    from leapocr_dyn.operation.operations import Operations
    from leapocr_dyn.services.leapocr import LeapOCRSync, PollOptions, ProcessOptions
    from leapocr_dyn.services.leapocr.results import JobResult, JobStatus
    from leapocr_dyn.session import Answer
    from leapocr_dyn.workflows.upload import Sent

DONE, FAILED, WRONG, INTERRUPTED = 0, 1, 2, 130
Command = TypeVar("Command", bound=Callable[..., Any])
# What a message says in the words of the library, in those of the command line.
HINTS: dict[type[errors.Error], str] = {
    errors.ConnectionError: " (on the command line: --url)",
    errors.DecodeError: " (on the command line: --url)",
    errors.JobTimeoutError: " (--wait for longer, or `leapocr-dyn call get_job_result job_id=...` then)",
}
KEYS = {"api_key": "--key", "token": "--token"}
SURROGATES = re.compile("[\ud800-\udfff]")
URL = re.compile(r"https?://", re.IGNORECASE)


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Exits; see the module's docstring for the codes."""
    try:
        code = commands.main(arguments, prog_name="leapocr-dyn", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else DONE)
    except click.exceptions.Abort as error:
        say("; ".join(["interrupted", *error.args]))
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        said = error.format_message().removesuffix(".")
        context = getattr(error, "ctx", None)
        say(said[:1].lower() + said[1:] + (f" (see {context.command_path} --help)" if context is not None else ""))
        sys.exit(WRONG)
    except errors.Error as error:
        sys.exit(told(error))


def told(error: errors.Error, about: str = "", keys: Collection[str] = KEYS.values()) -> int:
    """Say what went wrong in one sentence, and give the exit code for it. keys: the command's options for secrets."""
    hint = next((hint for kind, hint in HINTS.items() if isinstance(error, kind)), "")
    if isinstance(error, errors.TransportError) and error.operation is None:
        hint = ""  # a document was not fetched, and --url says where its API is
    if isinstance(error, errors.AuthenticationError):
        # Before anything is sent, the message says which is missing; a server does not.
        wanted = keys if error.status_code else [option for word, option in KEYS.items() if word in error.message]
        hint = f" (on the command line: {' or '.join(wanted)})" if wanted else ""
    if isinstance(error, errors.ConfigurationError) and "base_url=" in error.message:
        hint = " (on the command line: --url)"
    say(f"{about}{error}{hint}")
    ours = isinstance(error, (errors.DocumentError, errors.ConfigurationError, errors.FileError))
    unsent = isinstance(error, errors.APIError) and error.status_code is None
    return WRONG if ours or unsent else FAILED


def say(text: str) -> None:
    """A line on stderr."""
    click.echo(f"leapocr-dyn: {UNSEEN.sub(' ', ' '.join(text.split()))}", err=True)


def show(text: str) -> None:
    """A result on stdout; a terminal gets no control characters, and nobody what UTF-8 cannot say."""
    text = SURROGATES.sub("\N{REPLACEMENT CHARACTER}", text)
    out((UNSEEN.sub("\N{REPLACEMENT CHARACTER}", text) if sys.stdout.isatty() else text) + "\n")


def out(content: str | bytes) -> None:
    """Onto stdout, as it is."""
    try:
        # color: a pipe gets the text as it is; click would take out what looks like a terminal's codes.
        click.echo(content, nl=False, color=True)
    except BrokenPipeError as error:
        # Whoever read us has seen enough. Left to itself, click would call that a failure, and Python would complain
        # about the unwritten rest on its way out.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        raise click.exceptions.Exit(DONE) from error


def connected(command: Command) -> Command:
    """The options that say which API, and who is calling."""
    for option in (
        click.option("--token", help="A bearer token, for an API that takes one; otherwise the environment variable."),
        click.option("--key", help="The API key; otherwise the service's environment variable."),
        click.option("--url", help="Where the API is; otherwise the environment variable, then the document's server."),
        click.option("--spec", help="An OpenAPI document, as a file or a URL, instead of a bundled service."),
        click.option("--service", default="leapocr", show_default=True, help="A bundled service."),
    ):
        command = option(command)
    return command


def api_of(service: str, spec: str | None) -> Api:
    """The API that the options name."""
    from leapocr_dyn.api import bundled, load
    from leapocr_dyn.model.naming import hint

    if spec is None and service not in bundled():
        known = f"; there are {', '.join(bundled())}, and --spec FILE for any other"
        raise click.ClickException(f"there is no service {service!r}{hint(service, bundled(), known)}")
    return load(service if spec is None else located(spec))


def located(spec: str) -> str | Path:
    """What --spec names: a URL, which is fetched, or a file."""
    return spec if URL.match(spec) else Path(spec)


def operation_of(api: Api, name: str) -> Operation:
    """The operation that is called so."""
    try:
        return api.operations[name]
    except KeyError as error:
        raise click.ClickException(f"{error.args[0]} (see leapocr-dyn ops)") from error


@click.group(
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100}, invoke_without_command=True
)
@click.version_option(__version__, prog_name="leapocr-dyn")
@click.pass_context
def commands(context: click.Context) -> None:
    """Documents to text through LeapOCR, and any API from its OpenAPI document."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(WRONG)


# -- documents to text ---------------------------------------------------------------------------------------------


@commands.command()
@click.argument("files", nargs=-1, required=True, metavar="FILE...")
@click.option("--format", "format_", default="markdown", show_default=True, help="markdown or structured.")
@click.option("--model", help="A model's name.")
@click.option("--schema", help="A file with the JSON Schema for structured data.")
@click.option("--json", "as_json", is_flag=True, help="The whole result as JSON instead of its text.")
@click.option("-o", "--output", metavar="DIR", help="Write one file for each document into this folder.")
@click.option(
    "--wait",
    default=600.0,
    show_default=True,
    type=click.FloatRange(0, min_open=True),
    help="Seconds to wait for each document.",
)
@click.option("--key", help="The API key; otherwise LEAPOCR_API_KEY.")
@click.option("--url", help="Where the API is; otherwise LEAPOCR_BASE_URL, then LeapOCR itself.")
def process(
    files: tuple[str, ...],
    format_: str,
    model: str | None,
    schema: str | None,
    as_json: bool,
    output: str | None,
    wait: float,
    key: str | None,
    url: str | None,
) -> int:
    """Turn documents into text: send them, wait, print their pages.

    A FILE that is an http(s) URL is fetched by the service. Several files are printed as `head` does it, or with --json
    as JSON Lines.
    """
    from leapocr_dyn.services.leapocr import LeapOCRSync, PollOptions, ProcessOptions

    options = ProcessOptions(format=format_, model=model, schema=json_file(schema) if schema else None)
    options.arguments()  # options that exclude each other are said once, and not for each file
    folder = folder_of(output) if output is not None else None
    many = len(files) > 1 and folder is None
    between = ""
    codes = set()
    with LeapOCRSync(key, base_url=url) as client:
        for file in files:
            # What follows the question mark of a URL may be a signature, which is nobody else's to see.
            shown = file.partition("?")[0] if URL.match(file) else file
            try:
                with progress(name_of(shown), sends=not URL.match(file)) as (on_sent, on_progress):
                    poll = PollOptions(poll_interval=min(wait, 2.0), max_wait=wait, on_progress=on_progress)
                    result = result_of(client, file, options, poll, on_sent)
                text = as_text(result, as_json, lines=many)
                if folder is not None:
                    written(folder, Path(name_of(shown)).stem, ".json" if as_json else ".md", text)
                elif many and not as_json:
                    show(f"{between}==> {shown} <==\n{text}")
                    between = "\n"
                else:
                    show(text)
            except errors.Error as error:
                about = "" if isinstance(error, errors.FileError) else f"{shown}: "
                codes.add(told(error, about, [KEYS["api_key"]]))
    return min(codes, default=DONE)  # a job that failed weighs more than a file that could not be sent


def name_of(file: str) -> str:
    """What a file, or what a URL leads to, is called."""
    name = unquote(file.rstrip("/").rpartition("/")[2]) if URL.match(file) else file
    return UNSEEN.sub(" ", os.path.basename(name))


def result_of(client: LeapOCRSync, file: str, options: ProcessOptions, poll: PollOptions, on_sent: Sent) -> JobResult:
    """Start a job and wait for it. Who interrupts the wait is told that the job goes on."""
    if URL.match(file):
        job_id = client.ocr.process_url(file, options).job_id
    else:
        job_id = client.ocr.process_file(file, options, on_sent=on_sent).job_id
    if not isinstance(job_id, str):
        raise errors.ContractError("the document was accepted, but the answer does not say as which job")
    try:
        return client.ocr.wait_until_done(job_id, poll)
    except KeyboardInterrupt as error:
        raise click.exceptions.Abort(
            f"job {job_id} goes on: leapocr-dyn call get_job_result job_id={job_id}"
        ) from error


def as_text(result: JobResult, as_json: bool, lines: bool) -> str:
    """What to print of a result. lines: JSON in one line."""
    if not as_json:
        return str(result.text)
    return json.dumps(
        result.to_dict(),
        ensure_ascii=False,
        indent=None if lines else 2,
        separators=(",", ":") if lines else None,
    )


@contextmanager
def progress(name: str, sends: bool = True) -> Iterator[tuple[Sent, Callable[[JobStatus], None]]]:
    """A bar that is the upload first and the pages then; two plain lines where stderr is not a terminal.

    sends: whether there is an upload at all.
    """
    console = Console(stderr=True)
    if not console.is_terminal:
        yield plain(name)
        return
    # A file's name is no markup.
    said, count = (TextColumn(text, markup=False) for text in ("{task.description}", "{task.fields[count]}"))
    columns = (said, BarColumn(), TaskProgressColumn(), count)
    with Progress(*columns, TimeElapsedColumn(), console=console, transient=False) as bars:
        sending = bars.add_task(f"{name}: sending", count="", visible=sends)
        reading = bars.add_task(f"{name}: reading", count="", visible=False)

        def on_sent(sent: int, size: int) -> None:
            bars.update(sending, completed=sent, total=size, count=amount(size))

        def on_progress(status: JobStatus) -> None:
            done, total = status.processed_pages, status.total_pages
            pages = f"{done} of {total} pages" if total else "queued"
            bars.update(reading, completed=done, total=total or None, count=pages, visible=True)

        yield on_sent, on_progress


def plain(name: str) -> tuple[Sent, Callable[[JobStatus], None]]:
    """The same for a log: a line when all is sent, and one for each time that more pages are read."""
    last = -1

    def on_sent(sent: int, size: int) -> None:
        if sent == size:
            say(f"{name}: sent {amount(size)}")

    def on_progress(status: JobStatus) -> None:
        nonlocal last
        if status.processed_pages != last and status.total_pages:
            last = status.processed_pages
            say(f"{name}: {last} of {status.total_pages} pages")

    return on_sent, on_progress


def amount(size: int) -> str:
    """Bytes for people."""
    if size < 1e3:
        return f"{size} bytes"
    return f"{size / 1e3:.0f} kB" if size < 1e6 else f"{size / 1e6:.1f} MB"


def folder_of(output: str) -> Path:
    """The folder to write into, made if it is not there."""
    folder = Path(output)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise click.UsageError(f"{output} cannot be a folder: {error.strerror}") from error
    return folder


def written(folder: Path, stem: str, ending: str, text: str) -> None:
    """Write a result under a name of its own; a file that is there already is never overwritten."""
    number = 1
    while True:
        path = folder / f"{stem}{f'-{number}' if number > 1 else ''}{ending}"
        try:
            with open(path, "x", encoding="utf-8") as file:
                file.write(text + "\n")
        except FileExistsError:
            number += 1
            continue
        except OSError as error:
            raise errors.FileError(f"{path} cannot be written: {error.strerror}", file_path=str(path)) from error
        say(f"wrote {path}")
        return


def json_file(path: str) -> Any:  # Any: JSON
    """The JSON in a file."""
    try:
        return json.loads(Path(path).read_text("utf-8"))
    except OSError as error:
        raise errors.FileError(f"{path} cannot be read: {error.strerror}", file_path=path) from error
    except ValueError as error:
        raise errors.FileError(f"{path} is not JSON: {error}", file_path=path) from error


# -- an API, from its document -------------------------------------------------------------------------------------


@commands.command()
@connected
def ops(service: str, spec: str | None, url: str | None, key: str | None, token: str | None) -> None:
    """List the operations."""
    operations = api_of(service, spec).operations
    rows = [
        (f"{one.namespace}.{one.name}", one.method, one.path, str(one.node.get("summary", "")))
        for one in unique(operations)
    ]
    widths = [max(map(len, column)) for column in list(zip(*rows, strict=True))[:3]] if rows else []
    for row in rows:
        show("  ".join([*(text.ljust(width) for text, width in zip(row[:3], widths, strict=True)), row[3]]).rstrip())


def unique(operations: Operations) -> list[Operation]:
    """Every operation once, namespace by namespace."""
    return [one for named in operations.namespaces.values() for one in named.values()]


@commands.command("show")
@click.argument("name")
@connected
def show_(name: str, service: str, spec: str | None, url: str | None, key: str | None, token: str | None) -> None:
    """Say what an operation takes, gives and raises."""
    from leapocr_dyn.operation import describe

    operation = operation_of(api_of(service, spec), name)
    show(f"{operation.namespace}.{operation.name}{operation.signature}\n\n{describe.operation(operation)}")


@commands.command()
@click.argument("name")
@click.argument("arguments", nargs=-1, metavar="[KEY=VALUE...]")
@click.option("-o", "--output", metavar="FILE", help="Save the body of the answer, of any kind and size, as this file.")
@connected
def call(
    name: str,
    arguments: tuple[str, ...],
    output: str | None,
    service: str,
    spec: str | None,
    url: str | None,
    key: str | None,
    token: str | None,
) -> None:
    """Call an operation: KEY=VALUE for text and numbers, KEY:=JSON for anything else, KEY=@PATH for a file.

    A file is what the operation takes as one, or the whole body (body=@PATH); @- is what stands on stdin.
    """
    api = api_of(service, spec)
    operation = operation_of(api, name)
    given = dict(argument(one, operation) for one in arguments)
    try:
        operation.plan("", **given)
    except TypeError as error:
        raise click.ClickException(f"{error} (see leapocr-dyn show {name})") from error
    client: Client
    with api.client(api_key=key, token=token, base_url=url) as client:
        called = getattr(getattr(client, operation.namespace), operation.name)
        if output is not None:
            called.save(output, **given)
            say(f"wrote {output}")
        else:
            show_answer(called.answer(**given))


def show_answer(answer: Answer) -> None:
    """An answer on stdout: JSON with indents, text as it is, and bytes only where no terminal is."""
    media = answer.response.headers.get("content-type", "").partition(";")[0]
    if isinstance(answer.value, bytes):
        if sys.stdout.isatty():
            size = amount(len(answer.value))
            say(f"the answer is {size}{f' of {media}' if media else ''}, and no text; --output FILE saves it")
        else:
            out(answer.value)
    elif media.endswith("json"):
        show(json.dumps(answer.response.json(), ensure_ascii=False, indent=2))
    elif answer.response.content:
        show(answer.value if isinstance(answer.value, str) else answer.response.text)


def argument(text: str, operation: Operation) -> tuple[str, Any]:  # Any: a value of any kind
    """KEY=VALUE, KEY:=JSON or KEY=@PATH as a keyword argument; a value for a number or a boolean is read as one."""
    found = re.match(r"([^=:]+)(:?=)(.*)", text, re.DOTALL)
    if found is None:
        raise click.UsageError(f"{text!r} is neither KEY=VALUE nor KEY:=JSON")
    name, sign, value = found.groups()
    if sign == "=" and value.startswith("@") and takes_file(operation, name):
        return name, sys.stdin.buffer.read() if value == "@-" else Path(value[1:])
    kinds = {one.name: one.type.kinds for one in operation.parameters}
    kinds |= {one.name: one.type.kinds for one in operation.body_fields}
    if sign == "=" and (name not in kinds or str in kinds[name] or not kinds[name]):
        return name, value
    try:
        return name, json.loads(value)
    except ValueError as error:
        if sign == "=":
            return name, value  # the operation itself says better what it wants
        raise click.UsageError(f"{name}: {value!r} is not JSON: {error}") from error


def takes_file(operation: Operation, name: str) -> bool:
    """Whether an argument can be a file. Any other may begin with an @, too."""
    files = (field.name for body in operation.bodies for field in body.files)
    return name in files or (name == "body" and bool(operation.bodies))


@commands.command()
@click.option("--port", default=0, show_default=True, type=click.IntRange(0, 65535), help="0 takes a free one.")
@click.option("--api-key", default="sandbox", show_default=True, help="The key that is accepted.")
@click.option(
    "--part-size",
    default=5 * 2**20,
    show_default=True,
    type=click.IntRange(1),
    help="Bytes of each part of an upload.",
)
@click.option(
    "--credits",
    "credit",
    default=10_000,
    show_default=True,
    type=click.IntRange(0),
    help="What the account holds; a page costs one.",
)
@click.option("--spec", help="Fake this OpenAPI document instead: a file or a URL.")
@click.option("--latency", default=0.0, metavar="SECONDS", help="Wait so long before each answer.")
@click.option("--fail", multiple=True, metavar="STATUS:RATE", help="Answer so: 503:0.02 fails every fiftieth request.")
@click.option("--rate-limit", type=float, metavar="NUMBER", help="Answer 429 above so many requests a second.")
@click.option("--drop", default=0.0, metavar="RATE", help="Cut so many connections: 0.01 is one of a hundred.")
@click.option("--expire", type=float, metavar="SECONDS", help="How long the links of an upload are good.")
@click.option("--webhook", metavar="URL", help="Tell this address of this machine when a job is done.")
@click.option("--webhook-secret", metavar="TEXT", help="What its calls are signed with.")
def sandbox(
    port: int,
    api_key: str,
    part_size: int,
    credit: int,
    spec: str | None,
    latency: float,
    fail: tuple[str, ...],
    rate_limit: float | None,
    drop: float,
    expire: float | None,
    webhook: str | None,
    webhook_secret: str | None,
) -> None:
    """Run a local LeapOCR: real HTTP, real OCR, no account.

    What goes wrong on purpose can be changed while it runs: PUT /sandbox/faults, with the same names in JSON.
    """
    if not api_key:
        raise click.UsageError("--api-key is empty; leave it out for the default")
    if bool(webhook) != bool(webhook_secret):
        raise click.UsageError(
            "--webhook and --webhook-secret go together: a receiver trusts only calls that are signed"
        )
    try:
        from leapocr_dyn.sandbox import Faults, Sandbox
    except ImportError as error:
        raise click.UsageError(
            f"the sandbox needs more packages ({error.name}): pip install 'leapocr-dyn[sandbox]'"
        ) from error
    from leapocr_dyn.api import load

    document = load(located(spec)).document if spec is not None else None
    shares = dict(one.partition(":")[::2] for one in fail)
    faults = Faults.of(
        {
            "latency": latency,
            "fail": {status: share(status, text) for status, text in shares.items()},
            "rate_limit": rate_limit,
            "drop": drop,
            "expire": expire,
        }
    )
    made = Sandbox(
        port=port,
        api_key=api_key,
        part_size=part_size,
        credits=credit,
        document=document,
        faults=faults,
        webhook=(webhook, webhook_secret) if webhook and webhook_secret else None,
    )
    made.serve()


def share(status: str, text: str) -> float:
    """The rate of --fail STATUS:RATE."""
    try:
        return float(text)
    except ValueError as error:
        raise click.UsageError(f"--fail takes STATUS:RATE, such as 503:0.02, not {status}:{text}") from error


@commands.command()
@click.option("--service", default="leapocr", show_default=True, help="A bundled service.")
@click.option("--spec", help="An OpenAPI document, instead of a bundled service.")
@click.option("--name", help="What to call the package; otherwise as the document's file, or the service.")
@click.option("-o", "--output", default=".", metavar="DIR", help="The folder that the package goes into.")
def stubs(service: str, spec: str | None, name: str | None, output: str) -> None:
    """Write what type checkers cannot see in a document: its clients and models, as .pyi files.

    The package holds Client and AsyncClient, with every operation, and its models; those of an earlier run are
    replaced. Nothing of it is imported when a program runs:

    \b
        if TYPE_CHECKING:
            from NAME import Client
        client = cast("Client", leapocr_dyn.load("FILE").client())

    LeapOCR and LeapOCRSync need none of this: their types come with leapocr-dyn.
    """
    from leapocr_dyn.explore import stubs
    from leapocr_dyn.model import naming

    stem = Path(unquote(spec.partition("?")[0])).stem if spec is not None else service
    for path in stubs.write(api_of(service, spec), folder_of(output), naming.attribute(name or stem)):
        say(f"wrote {path}")


if __name__ == "__main__":
    main()
