"""The files that commands read and write. What is there already is never overwritten."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click

from leapocr_dyn import errors
from leapocr_dyn.cli.terminal import say


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
