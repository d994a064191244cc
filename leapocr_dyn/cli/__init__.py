"""leapocr-dyn: documents to text, and an API's operations, from the command line.

One module is one command. Results go to stdout, progress and errors to stderr; an error is one sentence. Exit codes: 0
done, 1 the job or the server failed, 2 the call was wrong, 130 interrupted.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

try:
    import click
except ImportError:  # pragma: no cover - tested in an environment without them
    sys.exit("leapocr-dyn: the command line needs one more package: pip install 'leapocr-dyn[cli]'")

from leapocr_dyn import __version__, errors, services
from leapocr_dyn.cli.failure import DONE, INTERRUPTED, WRONG, told
from leapocr_dyn.cli.group import Group
from leapocr_dyn.cli.terminal import say

# The module of each command, and what --help says of it.
COMMANDS = services.COMMANDS | {
    "call": ("leapocr_dyn.cli.call", "Call an operation, and print its answer."),
    "completion": ("leapocr_dyn.cli.completion", "Print the script with which a shell completes what you type here."),
    "doctor": ("leapocr_dyn.cli.doctor", "Say whether an API can be called from here, and what to do."),
    "ops": ("leapocr_dyn.cli.ops", "List the operations."),
    "repl": ("leapocr_dyn.cli.repl", "Open a prompt with a client ready."),
    "sandbox": ("leapocr_dyn.cli.sandbox", "Run a local LeapOCR: real HTTP, real OCR, no account."),
    "show": ("leapocr_dyn.cli.show", "Say what an operation takes, gives and raises."),
    "spec": ("leapocr_dyn.cli.spec", "Look after OpenAPI documents: how they change, and which version is spoken."),
    "stubs": ("leapocr_dyn.cli.stubs", "Write what type checkers cannot see in a document, as .pyi files."),
}
COMPLETING = "_LEAPOCR_DYN_COMPLETE"  # where a shell says so, as click has it


def main(arguments: Sequence[str] | None = None) -> None:
    """The console script. Exits; see the module's docstring for the codes."""
    if COMPLETING in os.environ:
        from leapocr_dyn.cli import completion  # noqa: F401 - it says what click does not know about shells
    try:
        code = commands.main(arguments, prog_name="leapocr-dyn", standalone_mode=False)
        sys.exit(code if isinstance(code, int) else DONE)
    except click.exceptions.Abort as error:
        say("; ".join(["interrupted", *(error.args or getattr(error.__cause__, "__notes__", ()))]))
        sys.exit(INTERRUPTED)
    except click.ClickException as error:
        said = error.format_message().removesuffix(".")
        context = getattr(error, "ctx", None)
        say(said[:1].lower() + said[1:] + (f" (see {context.command_path} --help)" if context is not None else ""))
        sys.exit(WRONG)
    except errors.Error as error:
        sys.exit(told(error))


@click.group(
    cls=Group,
    homes=COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    invoke_without_command=True,
)
@click.version_option(__version__, prog_name="leapocr-dyn")
@click.pass_context
def commands(context: click.Context) -> None:
    """Documents to text through LeapOCR, and any API from its OpenAPI document."""
    if context.invoked_subcommand is None:
        click.echo(context.get_help(), err=True)
        context.exit(WRONG)
