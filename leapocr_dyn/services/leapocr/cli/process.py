"""leapocr-dyn process: documents in, their text or their whole results out."""

from __future__ import annotations

import json
import os
from pathlib import Path
from urllib.parse import unquote

import click

from leapocr_dyn import errors
from leapocr_dyn.cli.failure import DONE, FAILED, HINTS, KEYS, Hints, told
from leapocr_dyn.cli.file import folder_of, json_file, written
from leapocr_dyn.cli.terminal import say, show
from leapocr_dyn.document.source import is_url
from leapocr_dyn.progress import meter
from leapocr_dyn.services.leapocr import LeapOCRSync, PollOptions, ProcessOptions
from leapocr_dyn.services.leapocr.results import JobResult
from leapocr_dyn.visible import UNSEEN
from leapocr_dyn.workflows.upload import Sent

# It goes on, and may be asked for.
LATE: Hints = {errors.JobTimeoutError: " (--wait for longer, or `leapocr-dyn call get_job_result job_id=...` then)"}


@click.command()
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
    options = ProcessOptions(format=format_, model=model, schema=json_file(schema) if schema else None)
    options.arguments()  # options that exclude each other are said once, and not for each file
    folder = folder_of(output) if output is not None else None
    many = len(files) > 1 and folder is None
    between = ""
    codes = set()
    with LeapOCRSync(key, base_url=url) as client:
        for file in files:
            # What follows the question mark of a URL may be a signature, which is nobody else's to see.
            shown = file.partition("?")[0] if is_url(file) else file
            try:
                with meter(True, name_of(shown), "pages", log=say) as seen:
                    poll = PollOptions(
                        poll_interval=min(wait, 2.0),
                        max_wait=wait,
                        on_progress=lambda status: seen.done(status.processed_pages, status.total_pages),
                    )
                    result = result_of(client, file, options, poll, seen.sent)
                text = as_text(result, as_json, lines=many)
                if folder is not None:
                    written(folder, Path(name_of(shown)).stem, ".json" if as_json else ".md", text)
                elif many and not as_json:
                    show(f"{between}==> {shown} <==\n{text}")
                    between = "\n"
                else:
                    show(text)
                if result.status == "partially_done":
                    why = f"`leapocr-dyn call get_job_status job_id={result.job_id}` says what is missing"
                    say(f"{shown}: partially done, {len(result.pages)} of {result.total_pages} pages; {why}")
                    codes.add(FAILED)
            except errors.Error as error:
                about = "" if isinstance(error, errors.FileError) else f"{shown}: "
                codes.add(told(error, about, [KEYS["api_key"]], HINTS | LATE))
    return min(codes, default=DONE)  # a job that failed weighs more than a file that could not be sent


def name_of(file: str) -> str:
    """What a file, or what a URL leads to, is called."""
    name = unquote(file.rstrip("/").rpartition("/")[2]) if is_url(file) else file
    return UNSEEN.sub(" ", os.path.basename(name))


def result_of(client: LeapOCRSync, file: str, options: ProcessOptions, poll: PollOptions, on_sent: Sent) -> JobResult:
    """Start a job and wait for it. Who interrupts the wait is told that the job goes on."""
    if is_url(file):
        job_id = client.ocr.process_url(file, options).job_id
    else:
        job_id = client.ocr.process_file(file, options, on_sent=on_sent).job_id
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
