"""leapocr-dyn completion: the script that lets a shell complete commands, operations, arguments and values.

The machinery is click's. What it does not know is said here: a shell takes KEY=VALUE apart (bash) or ends a word too
soon (bash, zsh), and an argument's = wants no space behind it.
"""

from __future__ import annotations

import os
import re
import sys
from pathlib import Path

import click
from click.shell_completion import BashComplete, CompletionItem, ZshComplete, add_completion_class, get_completion_class

from leapocr_dyn.cli.terminal import out, say

SHELLS = ("bash", "zsh", "fish")
INSTALLED = {
    "bash": """echo 'eval "$(leapocr-dyn completion bash)"' >> ~/.bashrc""",
    "zsh": """echo 'eval "$(leapocr-dyn completion zsh)"' >> ~/.zshrc""",
    "fish": "leapocr-dyn completion fish > ~/.config/fish/completions/leapocr-dyn.fish",
}
SPECIAL, QUOTED = re.compile(r"([^\w=:@%+,./~-])"), r"\\\1"  # what a shell would read as something else
VARIABLE = "_LEAPOCR_DYN_COMPLETE"

# The whole line goes over, since bash's own words end at = and : and their parts cannot be told from others. What comes
# back is what stands behind the last such character, which is all that bash then replaces. Which those are goes over by
# another name than bash's own: a command that is itself a script of bash, such as pyenv's, would not see that.
BASH = r"""%(complete_func)s() {
    local kind value
    COMPREPLY=()
    while IFS=, read -r kind value; do
        case $kind in
            file) compopt -o default ;;
            open) compopt -o nospace; COMPREPLY+=("$value") ;;
            plain) COMPREPLY+=("$value") ;;
        esac
    done < <(env COMP_LINE="${COMP_LINE:0:COMP_POINT}" COMP_BREAKS="$COMP_WORDBREAKS" \
        %(complete_var)s=bash_complete "$1" 2>/dev/null)
}
complete -o nosort -F %(complete_func)s %(prog_name)s
"""

ZSH = r"""#compdef %(prog_name)s
%(complete_func)s() {
    local kind value about
    local -a response plain plain_shown open open_shown
    (( ! $+commands[%(prog_name)s] )) && return 1
    response=("${(@f)$(env COMP_WORDS="${(j: :)words}" COMP_CWORD=$((CURRENT-1)) \
        %(complete_var)s=zsh_complete %(prog_name)s 2>/dev/null)}")
    for kind value about in ${response}; do
        [[ $about == _ ]] && about=$value || about="$value  -- $about"
        case $kind in
            file) _path_files -f ;;
            open) open+=("$value"); open_shown+=("$about") ;;
            plain) plain+=("$value"); plain_shown+=("$about") ;;
        esac
    done
    (( $#open )) && compadd -Q -S '' -V unsorted -l -d open_shown -a open
    (( $#plain )) && compadd -Q -V unsorted -l -d plain_shown -a plain
    return 0
}
if [[ $zsh_eval_context[-1] == loadautofunc ]]; then
    %(complete_func)s "$@"
else
    compdef %(complete_func)s %(prog_name)s
fi
"""


def kind(item: CompletionItem) -> str:
    """`open` where more of the word is to be typed, else click's own type."""
    return "open" if item.type == "plain" and item.value[-1:] in ("=", "@", "/", ".") else str(item.type)


class Bash(BashComplete):
    """bash, from 4.4: its words are made from the line."""

    source_template = BASH

    @staticmethod
    def _check_version() -> None:
        """An older bash says so itself when it reads the script; click would start one to ask."""

    def get_completion_args(self) -> tuple[list[str], str]:
        """The words before the one that is being typed, and that one."""
        line = os.environ["COMP_LINE"]
        os.environ.update(COMP_WORDS=line, COMP_CWORD="0")
        words = click.shell_completion.split_arg_string(line)
        self._typed = words.pop() if words and not re.search(r"(?<!\\)\s$", line) else ""
        return words[1:], self._typed

    def format_completion(self, item: CompletionItem) -> str:
        """As the script reads it: without what bash has set aside, and quoted."""
        breaks = set(os.environ.get("COMP_BREAKS", "")) & set("=:@")
        aside = max((self._typed.rfind(one) for one in breaks), default=-1) + 1
        return f"{kind(item)},{SPECIAL.sub(QUOTED, str(item.value)[aside:])}"


class Zsh(ZshComplete):
    """zsh."""

    source_template = ZSH

    def format_completion(self, item: CompletionItem) -> str:
        """Three lines: the kind, the value, and a word about it or _."""
        return f"{kind(item)}\n{SPECIAL.sub(QUOTED, str(item.value))}\n{item.help or '_'}"


add_completion_class(Bash)
add_completion_class(Zsh)


@click.command()
@click.argument("shell", required=False, type=click.Choice(SHELLS))
@click.pass_context
def completion(context: click.Context, shell: str | None) -> None:
    """Print the script with which a shell completes what you type here: operations, arguments, values.

    SHELL is bash, zsh or fish; otherwise the one you are in.
    """
    shell = shell or Path(os.environ.get("SHELL", "")).name
    made = get_completion_class(shell) if shell in SHELLS else None
    if made is None:
        raise click.UsageError(f"which shell? {', '.join(SHELLS)}", context)
    root = context.find_root()
    out(made(root.command, {}, "leapocr-dyn", VARIABLE).source())
    if sys.stdout.isatty():
        say(f"to have it in every {shell}: {INSTALLED[shell]}")
