"""`import leapocr_dyn as leapocr`: programs for the official package, or from its plan, run as they are.

The names and orders are those of leapocr 2.0.1 on the package index, and of the plan that came before it.
"""

from __future__ import annotations

import ast
import asyncio
import dataclasses
import importlib
import inspect
import json
import pickle
import pprint
from datetime import datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from conftest import URL, StillClock
from test_leapocr import Service

import leapocr_dyn as leapocr

OFFICIAL = [
    "__version__",
    "LeapOCR",
    "ClientConfig",
    "Format",
    "Model",
    "JobStatusType",
    "ProcessOptions",
    "PollOptions",
    "ProcessResult",
    "JobStatus",
    "JobResult",
    "PageResult",
    "PaginationInfo",
    "ModelInfo",
    "BatchResult",
    "LeapOCRError",
    "AuthenticationError",
    "RateLimitError",
    "ValidationError",
    "FileError",
    "JobError",
    "JobFailedError",
    "JobTimeoutError",
    "NetworkError",
    "APIError",
    "InsufficientCreditsError",
    "verify_webhook_signature",
]
PLANNED = ["LeapOCRSync", "validate_file", "with_retry"]

# Arguments by position and fields, in the official order, with the defaults that differ from None in brackets; `=` is
# one that must be given there, and ours may go on after them.
ARGUMENTS = {
    "LeapOCR": "api_key= config",
    "ProcessOptions": "format model schema instructions template_slug metadata={}",
    "PollOptions": "poll_interval=2.0 max_wait=300.0 on_progress",
    # base_url: open here, so that the environment can say it; see test_a_config_leaves_the_address_open
    "ClientConfig": "base_url timeout=30.0 max_retries=3 retry_delay=1.0 retry_multiplier=2.0 http_client debug=False",
    "ProcessResult": "job_id= status= created_at= estimated_completion",
    "JobStatus": "job_id= status= processed_pages= total_pages= progress= created_at= updated_at= error_message",
    "PageResult": "page_number= result= id confidence",
    "PaginationInfo": "page= limit= total= total_pages=",
    "JobResult": "job_id= status= pages= file_name= total_pages= processed_pages= credits_used= model= result_format= "
    "completed_at= pagination",
    "ModelInfo": "name= display_name= description= credits_per_page= priority=",
    "BatchResult": "batch_id= jobs= total_files= submitted_at=",
    "LeapOCRError": "message= code status_code details cause",
    "AuthenticationError": "message=",
    "RateLimitError": "message= retry_after",
    "ValidationError": "message= field",
    "FileError": "message= file_path file_size",
    "JobError": "message= job_id= code",
    "JobFailedError": "message= job_id= error_details",
    "JobTimeoutError": "message= job_id=",
    "NetworkError": "message=",
    "APIError": "message= status_code= response",
    "InsufficientCreditsError": "message= credits_available credits_required",
    "verify_webhook_signature": "payload= signature= timestamp= secret=",
    "with_retry": "operation= max_retries=3 retry_delay=1.0 retry_multiplier=2.0 is_retryable",
    "validate_file": "file_path= max_size allowed_types",
}
METHODS = {
    "process_file": "file= options",
    "process_url": "url= options",
    "get_job_status": "job_id=",
    "get_results": "job_id= page=1 limit=100",
    "wait_until_done": "job_id= poll_options",
    "delete_job": "job_id=",
    "process_and_wait": "file= options poll_options",
    "process_batch": "files= options",
    "stream_results": "job_id=",
    "cancel_job": "job_id=",
    "list_models": "",
}


def client(server: Any = None, **settings: Any) -> leapocr.LeapOCR:
    """An async client whose network is a function."""
    http = httpx.AsyncClient(transport=httpx.MockTransport(server or Service()))
    return leapocr.LeapOCR("test-key", base_url=URL, http_client=http, clock=StillClock(), **settings)


@pytest.mark.parametrize("name", OFFICIAL + PLANNED)
def test_every_name_is_there(name: str) -> None:
    """What the official package exports, and what its plan adds, can be had from the root."""
    assert getattr(leapocr, name) is not None


def takes(made: Any, said: str) -> bool:
    """Whether something takes these arguments in this order, with these defaults."""
    ours = list(inspect.signature(made).parameters.values())
    for text, one in zip(said.split(), ours, strict=False):
        name, given, default = text.partition("=")
        if name != one.name or one.kind is not one.POSITIONAL_OR_KEYWORD:
            return False
        if given and not default:
            continue  # whoever gives it never meets our default
        wanted = ast.literal_eval(default) if given else None
        ours_is = {} if str(one.default) == "<factory>" else one.default
        if ours_is not in (wanted, leapocr.NOT_GIVEN):
            return False
    return len(ours) >= len(said.split())


@pytest.mark.parametrize("name", ARGUMENTS)
def test_arguments_stand_in_the_official_order(name: str) -> None:
    """Programs that pass arguments by position, or leave them out, mean the same."""
    assert takes(getattr(leapocr, name), ARGUMENTS[name])


@pytest.mark.parametrize("name", METHODS)
def test_methods_take_the_official_arguments(name: str) -> None:
    """client.ocr has them all, async and blocking, by the same names."""
    for made in (leapocr.LeapOCR("k"), leapocr.LeapOCRSync("k")):
        assert takes(getattr(made.ocr, name), METHODS[name])


@pytest.mark.parametrize(
    ("module", "name"),
    [
        ("client", "LeapOCR"),
        ("config", "ClientConfig"),
        ("ocr", "OCRService"),
        ("webhooks", "verify_webhook_signature"),
    ],
)
def test_every_module_of_the_official_package_can_be_imported(module: str, name: str) -> None:
    """Also those that its manual never mentions; what is no public name of theirs is none here."""
    there = importlib.import_module(f"leapocr_dyn.{module}")
    assert callable(getattr(there, name))
    assert isinstance(leapocr.LeapOCR("k").ocr, importlib.import_module("leapocr_dyn.ocr").OCRService)
    assert importlib.import_module("leapocr_dyn.config").ClientConfig.from_env() == leapocr.ClientConfig.from_env()
    with pytest.raises(AttributeError, match="Nothing"):
        _ = there.Nothing


@pytest.mark.parametrize("module", ["models", "errors"])
def test_submodules_import_as_they_do_there(module: str) -> None:
    """`from leapocr.models import ...` and `from leapocr.errors import ...` have the same names."""
    there = importlib.import_module(f"leapocr_dyn.{module}")
    errors = {name for name in OFFICIAL if name.endswith("Error")}
    for name in errors if module == "errors" else leapocr.models.NAMES:
        assert inspect.isclass(getattr(there, name))
    with pytest.raises(AttributeError):
        _ = there.Nothing


def test_the_shared_exceptions_catch_what_the_services_own_do() -> None:
    """An `except` clause written with either module's class holds."""
    from leapocr_dyn import errors

    assert errors.LeapOCRError is leapocr.LeapOCRError
    assert issubclass(leapocr.RateLimitError, errors.RateLimitError)
    assert leapocr.RateLimitError("slow down", retry_after=5).retry_after == 5
    assert leapocr.ValidationError("no", field="format").field == "format"
    assert leapocr.ValidationError("no", fields={"format": ["no"]}).fields == {"format": ["no"]}


# What the official package says of each class: the word in `code`, and the class before it.
WORDS = {
    "AuthenticationError": ("authentication_error", "LeapOCRError"),
    "RateLimitError": ("rate_limit_error", "LeapOCRError"),
    "ValidationError": ("validation_error", "LeapOCRError"),
    "FileError": ("file_error", "LeapOCRError"),
    "JobError": ("job_error", "LeapOCRError"),
    "JobFailedError": ("job_failed", "JobError"),
    "JobTimeoutError": ("job_timeout", "JobError"),
    "NetworkError": ("network_error", "LeapOCRError"),
    "APIError": ("api_error", "LeapOCRError"),
    "InsufficientCreditsError": ("insufficient_credits", "LeapOCRError"),
}


@pytest.mark.parametrize("name", WORDS)
def test_an_exception_has_the_official_words(name: str) -> None:
    """`code` and the base are theirs; a code that somebody gave goes first; both survive pickling."""
    word, base = WORDS[name]
    made: Any = getattr(leapocr, name)
    error = made("no", job_id="j-1") if base == "JobError" or name == "JobError" else made("no", details={"a": 1})
    assert issubclass(made, getattr(leapocr, base))
    shown = "no" if error.job_id is None else "no (job j-1)"
    assert (error.code, error.message, str(error), error.args) == (word, "no", shown, ("no",))
    assert made("no", code="NOT_FOUND").code == "NOT_FOUND"
    for one in (error, made("no", code="NOT_FOUND")):
        assert pickle.loads(pickle.dumps(one)).code == one.code


def test_exceptions_are_built_as_there() -> None:
    """By position, as tests of other people's programs do; and each fact is an attribute."""
    assert leapocr.RateLimitError("slow down", 5).retry_after == 5
    assert leapocr.JobError("no", "j-1", "busy").code == "busy"
    assert leapocr.JobFailedError("no", "j-1", "encrypted").error_details == "encrypted"
    assert leapocr.FileError("no", "a.pdf", 7).file_size == 7
    assert leapocr.ValidationError("no", "format").field == "format"
    credit = leapocr.InsufficientCreditsError(credits_available=1, credits_required=3)
    assert (credit.credits_available, credit.credits_required, str(credit) != "") == (1, 3, True)
    assert str(leapocr.AuthenticationError())
    cause = OSError("cable")
    error = leapocr.APIError("no", 500, "<h1>Sorry</h1>", cause=cause)
    assert (error.status_code, error.response, error.__cause__) == (500, "<h1>Sorry</h1>", cause)


def test_what_the_server_said_can_be_read_from_the_error_as_there() -> None:
    """`response` is text, from which programs took the server's own code; here it is also `code` and `details`."""
    body = {"code": "CONFLICT", "error": {"message": "begun before"}, "details": {"job": "j-1"}}

    async def main() -> None:
        async with client(lambda request: httpx.Response(409, json=body)) as ocr:
            await ocr.ocr.get_job_status("j-1")

    with pytest.raises(leapocr.APIError) as caught:
        asyncio.run(main())
    assert json.loads(caught.value.response or "") == body
    assert (caught.value.code, caught.value.details) == ("CONFLICT", {"job": "j-1"})


def test_a_failed_jobs_reason_stands_by_itself() -> None:
    """error_details is the service's reason; the message says of which job."""

    async def main() -> None:
        async with client(Service({"status": "failed", "error_message": "the file is encrypted"})) as ocr:
            await ocr.ocr.wait_until_done("j-1")

    with pytest.raises(leapocr.JobFailedError, match="job j-1 failed: the file is encrypted") as caught:
        asyncio.run(main())
    assert caught.value.error_details == "the file is encrypted"


@pytest.mark.parametrize(
    ("kind", "members"),
    [
        ("Format", {"MARKDOWN": "markdown", "STRUCTURED": "structured"}),
        ("Model", {"STANDARD_V2": "standard-v2", "PRO_V2": "pro-v2"}),
        (
            "JobStatusType",
            {
                "PENDING": "pending",
                "UPLOADING": "uploading",
                "PROCESSING": "processing",
                "COMPLETED": "completed",
                "PARTIALLY_DONE": "partially_done",
                "FAILED": "failed",
            },
        ),
    ],
)
def test_enums_have_the_official_members(kind: str, members: dict[str, str]) -> None:
    """By name and by value, and each is text, so that it goes into JSON and compares with what the wire says."""
    made: Any = getattr(leapocr, kind)
    assert {one.name: one.value for one in made} == members
    for name, value in members.items():
        assert made[name] == made(value) == value
        assert json.dumps(made[name]) == f'"{value}"'


def test_results_are_dataclasses_to_whoever_asks() -> None:
    """asdict, fields and replace take them, as they take the official ones; the values themselves are frozen."""
    page = leapocr.PageResult(1, "text", "p1", 0.5)
    result = leapocr.JobResult("j-1", leapocr.JobStatusType("completed"), [page], "a.pdf", 1, 1, 1)
    wanted = "job_id status pages file_name total_pages processed_pages credits_used model result_format"
    assert [one.name for one in dataclasses.fields(result)][:9] == wanted.split()
    told = dataclasses.asdict(result)
    assert (told["job_id"], told["pages"][0]["result"], told["pagination"]) == ("j-1", "text", None)
    assert json.loads(json.dumps(told))["status"] == "completed"
    assert dataclasses.replace(result, file_name="b.pdf").file_name == "b.pdf"
    assert dataclasses.is_dataclass(leapocr.JobResult)
    assert pprint.pformat([result] * 2, width=20).count("<JobResult a.pdf completed: 1 page") == 2
    with pytest.raises(AttributeError):
        result.file_name = "c.pdf"  # type: ignore[misc]  # what is tested


def test_a_config_may_be_changed_until_a_client_is_made_of_it() -> None:
    """As there; what cannot be right is refused at once, and leaves it as it was."""
    config = leapocr.ClientConfig.from_env()
    config.timeout, config.max_retries = 120.0, 5  # type: ignore[misc]  # assignable at run time
    made = leapocr.LeapOCR("k", config)
    config.timeout = 7.0  # type: ignore[misc]
    assert (made.config.timeout, made.config.max_retries) == (120.0, 5)
    with pytest.raises(leapocr.LeapOCRError, match="timeout must be a number above 0"):
        config.timeout = -1.0  # type: ignore[misc]
    with pytest.raises(TypeError, match="no setting 'timout'; did you mean 'timeout'"):
        config.timout = 1.0  # type: ignore[attr-defined]
    assert config.timeout == 7.0


def test_a_config_leaves_the_address_open(monkeypatch: pytest.MonkeyPatch) -> None:
    """Where no base URL was given, the environment says it, and then the service; a client tells which it was."""
    assert leapocr.ClientConfig().base_url is None
    assert leapocr.ClientConfig.from_env().base_url == "https://api.leapocr.com/api/v1"
    assert leapocr.LeapOCRSync("k", leapocr.ClientConfig()).config.base_url == "https://api.leapocr.com/api/v1"
    monkeypatch.setenv("LEAPOCR_BASE_URL", "https://a.test/v1")
    assert leapocr.LeapOCRSync("k", leapocr.ClientConfig()).config.base_url == "https://a.test/v1"
    assert importlib.import_module("leapocr_dyn.models").ClientConfig is leapocr.ClientConfig


def test_the_key_goes_where_the_service_reads_it() -> None:
    """X-API-KEY, as in every official package, also through a client of the caller's own; and a User-Agent of ours."""
    seen: list[httpx.Headers] = []

    def server(request: httpx.Request) -> httpx.Response:
        seen.append(request.headers)
        return Service()(request)

    async def main() -> None:
        async with client(server) as ocr:
            await ocr.ocr.get_job_status("j-1")

    asyncio.run(main())
    assert seen[0]["X-API-KEY"] == "test-key"
    assert "authorization" not in seen[0]
    assert seen[0]["User-Agent"].startswith("leapocr-dyn/")


def test_a_url_can_be_given_a_name_and_says_where_it_came_from() -> None:
    """file_name goes with process_url, too, as in the PHP package; source_url comes back."""
    service = Service()

    def server(request: httpx.Request) -> httpx.Response:
        reply = service(request)
        told = json.loads(reply.content)
        return httpx.Response(200, json={**told, "source_url": service.bodies[-1]["url"]})

    async def main() -> Any:
        async with client(server) as ocr:
            options = leapocr.ProcessOptions(file_name="invoice.pdf")
            return await ocr.ocr.process_url("https://example.com/a.pdf", options)

    assert asyncio.run(main()).source_url == "https://example.com/a.pdf"
    assert service.bodies[0]["file_name"] == "invoice.pdf"


def test_pages_and_statuses_hold_all_that_the_service_says() -> None:
    """What other packages drop: boxes, dimensions, confidence, names of templates; and what the document lacks."""
    box = {"type": "heading", "text": "Tea", "bounds": {"x": 1, "y": 2, "width": 3, "height": 4}}
    page = {
        "page_number": 1,
        "result": "# Tea",
        "id": "p1",
        "confidence": 0.9,
        "has_bounding_boxes": True,
        "bounding_boxes": [box],
        "dimensions": {"width": 1240, "height": 1754},
        "metadata": {"language": "en"},
    }
    result = {"job_id": "j-1", "status": "completed", "pages": [page], "pagination": {"page": 1, "total_pages": 1}}
    state = {"id": "j-1", "status": "completed", "template_name": "invoice", "processing_time": 7, "result_format": "x"}

    def server(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=result if "result" in request.url.path else state)

    async def main() -> tuple[Any, Any]:
        async with client(server) as ocr:
            return (await ocr.ocr.get_results("j-1")).pages[0], await ocr.ocr.get_job_status("j-1")

    found, status = asyncio.run(main())
    assert (found.text, found.result, found.confidence, found.has_bounding_boxes) == ("# Tea", "# Tea", 0.9, True)
    assert (found.bounding_boxes[0].bounds.width, found.dimensions.height) == (3, 1754)
    assert found["metadata"] == {"language": "en"}
    assert (status.template_name, status.processing_time, status.result_format) == ("invoice", 7, "x")
    assert found.to_dict() == page


def test_an_option_that_is_empty_is_one_that_was_not_given() -> None:
    """As there: a form or a command line gives "" for what nobody filled in."""
    empty = leapocr.ProcessOptions(model="", instructions="", template_slug="", file_name="")
    assert empty.arguments() == leapocr.ProcessOptions().arguments()
    assert leapocr.ProcessOptions(instructions="", template_slug="invoice").arguments() == {"template_slug": "invoice"}


def test_a_status_is_read_as_the_manual_shows_it() -> None:
    """The service's manual says job_id where its document and its server say id."""
    told: list[Any] = []

    def server(request: httpx.Request) -> httpx.Response:
        if "result" in request.url.path:
            return Service()(request)
        return httpx.Response(200, json={"job_id": "j-1", "status": "completed"})

    async def main() -> Any:
        async with client(server) as ocr:
            await ocr.ocr.wait_until_done("j-1", leapocr.PollOptions(on_progress=told.append))
            return await ocr.ocr.get_job_status("j-1")

    assert [asyncio.run(main()).job_id, told[0].job_id] == ["j-1", "j-1"]


def test_a_wait_can_be_given_up() -> None:
    """Cancelling is what an abort signal is elsewhere: no more is asked, and the job goes on."""
    service = Service("processing")

    async def main() -> None:
        async with client(service) as ocr:
            options = leapocr.PollOptions(on_progress=lambda status: waiting.cancel())
            waiting = asyncio.create_task(ocr.ocr.wait_until_done("j-1", options))
            with pytest.raises(asyncio.CancelledError):
                await waiting
            assert (await ocr.ocr.get_job_status("j-1")).status == "processing"

    asyncio.run(main())
    assert service.lines == ["GET /v1/ocr/status/j-1"] * 2


def test_programs_of_every_version_find_their_names() -> None:
    """From 0.0.1 to 2.0.1 methods and fields came and went; those that the service still has are all here."""
    ocr = leapocr.LeapOCR("k").ocr
    for method in ("process_and_wait", "wait_until_done", "delete_job"):
        assert inspect.iscoroutinefunction(getattr(ocr, method))
    page = leapocr.PageResult(1, {"total": 7}, confidence=0.5)
    assert (json.loads(page.text), page.result["total"], page.confidence) == ({"total": 7}, 7, 0.5)
    for model in ("english-pro-v1", "pro-v1", leapocr.Model.PRO_V2):
        assert leapocr.ProcessOptions(model=model).arguments()["model"] == model
    check = leapocr.LeapOCR.verify_webhook_signature
    signed = leapocr.sign_webhook(b"{}", "secret", 7)["X-Webhook-Signature"]
    assert (check(b"{}", signed, "7", "secret"), check("{}", signed, "8", "secret")) == (True, False)


def test_the_official_readme_program_runs() -> None:
    """Submit, wait, count the pages: the example of the official package's own docstring."""

    async def main() -> int:
        async with client() as ocr:
            job = await ocr.ocr.process_file(("document.pdf", b"%PDF-1.7"))
            result = await ocr.ocr.wait_until_done(job.job_id)
            assert isinstance(job.created_at, datetime)
            states: Any = leapocr.JobStatusType  # whose members the document decides
            assert result.status is states.COMPLETED
            assert states.UPLOADING == "uploading"
            return len(result.pages)

    assert asyncio.run(main()) == 1


def test_the_plans_first_program_runs() -> None:
    """Process, and print each page's number and text."""

    async def main() -> list[tuple[int, str]]:
        async with client() as ocr:
            result = await ocr.ocr.process_and_wait(("document.pdf", b"%PDF-1.7"))
            return [(page.page_number, page.text) async for page in ocr.ocr.stream_results(result.job_id)]

    assert asyncio.run(main()) == [(1, "text 1")]


def test_the_plans_own_tests_hold() -> None:
    """The key can be read, a client without one is an AuthenticationError, and contexts close."""

    async def main() -> None:
        one = leapocr.LeapOCR("test-key")
        assert one.api_key == "test-key"
        assert "test-key" not in repr(one)
        await one.close()
        async with leapocr.LeapOCR("test-key") as two:
            assert two.api_key == "test-key"

    asyncio.run(main())
    for key in ("", "  "):
        with pytest.raises(leapocr.AuthenticationError):
            leapocr.LeapOCR(key)


def test_options_may_be_changed_after_they_were_made() -> None:
    """They are plain dataclasses, as in the official package."""
    options = leapocr.ProcessOptions()
    options.format = "structured"
    options.schema = {"type": "object"}
    assert options.arguments()["format"] == "structured"
    assert dataclasses.replace(options, instructions="x").instructions == "x"


def test_a_file_can_be_checked_without_sending_it(tmp_path: Path) -> None:
    """validate_file says why a file could not be sent; it never raises."""
    path = tmp_path / "scan.pdf"
    assert "there is no file" in str(leapocr.validate_file(path).error)
    path.write_bytes(b"%PDF-1.7")
    assert leapocr.validate_file(path) == leapocr.ValidationResult(True)
    assert "8 bytes, and 7 are the most" in str(leapocr.validate_file(path, max_size=7).error)
    assert "supported are .png" in str(leapocr.validate_file(path, allowed_types=["png"]).error)


def test_a_callers_own_operation_is_repeated(monkeypatch: pytest.MonkeyPatch) -> None:
    """with_retry repeats what passes, as often as it is told, and never what may have been accepted."""
    import anyio

    pauses: list[float] = []

    async def sleep(seconds: float) -> None:
        pauses.append(seconds)

    monkeypatch.setattr(anyio, "sleep", sleep)
    failures: list[Exception] = [
        leapocr.NetworkError("lost"),
        leapocr.RateLimitError("slow", retry_after=7.0),
        leapocr.APIError("down", 400),
    ]

    async def operation() -> str:
        if failures:
            raise failures.pop(0)
        return "done"

    with pytest.raises(leapocr.APIError, match="down"):
        asyncio.run(leapocr.with_retry(operation))
    assert pauses == [1.0, 7.0]
    assert asyncio.run(leapocr.with_retry(operation)) == "done"
    failures[:] = [leapocr.SubmissionUnknownError("sent")]
    with pytest.raises(leapocr.SubmissionUnknownError):
        asyncio.run(leapocr.with_retry(operation))
    failures[:] = [KeyError("x")] * 2
    assert asyncio.run(leapocr.with_retry(operation, 2, 0.5, 3.0, lambda failure: True)) == "done"
    assert pauses[2:] == [0.5, 1.5]
