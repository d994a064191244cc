"""Every exception, by whose move it is.

    Error                           the root; `str(error)` says what happened where, and what to do
    ├── DocumentError               the document's: it cannot be read, or does not say what was asked (ValueError)
    ├── ConfigurationError          the caller's: a key, a URL or a number that cannot be right (ValueError)
    ├── FileError                   the caller's: a file that is missing, empty, too large or of a wrong kind
    ├── TransportError              the network's: no answer came
    │   ├── ConnectionError         nothing was reached, or it hung up (builtins.ConnectionError)
    │   ├── TimeoutError            it took too long (builtins.TimeoutError)
    │   └── SubmissionUnknownError  it was sent, no answer came, and to repeat it could cost twice
    │       └── SubmissionTimeoutError  because the answer took too long (TimeoutError as well)
    ├── APIError                    the server said no
    │   ├── ValidationError         400, 422: the request is not right; also raised before it is sent (ValueError)
    │   ├── AuthenticationError     401
    │   ├── InsufficientCreditsError  402
    │   ├── ForbiddenError          403
    │   ├── NotFoundError           404, 410 (LookupError)
    │   ├── ConflictError           409
    │   ├── RateLimitError          429, with `retry_after`
    │   └── ServerError             5xx
    ├── ContractError               the server's answer is not what the document promises
    │   ├── DecodeError             it cannot be read at all: HTML, half a JSON text, a wrong charset
    │   └── DriftError              it can be read but differs; only raised where `strict=True`
    ├── WebhookError                a delivery that is not the service's, or that is no event
    └── JobError                    the job's, with `job_id`
        ├── JobFailedError          it ended without a result
        └── JobTimeoutError         it is still running when the patience ends (builtins.TimeoutError)

Facts are attributes and are None where they are not known: `operation`, `status_code`, `code`, `details`, `request_id`,
`retry_after`, `attempts`, `body` (text, cut to 500 characters). They are plain values: an exception can be pickled, and
holds no request, no response and no key. Where a job had begun, `job_id` says which, and `job` is its handle: whatever
went wrong, it goes on, and can be waited for again.

A service may have classes of its own that inherit from these (see `Family`); so `except errors.RateLimitError` holds
for every service, and `except` with the service's own root for everything that it raises.
"""

from __future__ import annotations

import builtins
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from leapocr_dyn.visible import visible

BODY_CHARACTERS = 500


class Error(Exception):
    """Something went wrong; the subclass says whose move it is.

    message: one sentence, without the facts that `str` adds.
    code: the server's own word, such as NOT_FOUND. details: whatever the server added, as JSON values.
    cause: kept as `__cause__`, as `raise ... from cause` does. kind: what the service's workflow calls it.
    """

    code: str | None = None  # a service's class may have a word of its own, for where its server gives none

    def __init__(
        self,
        message: str = "",
        code: str | None = None,
        status_code: int | None = None,
        details: Any = None,  # Any: JSON as the server wrote it
        cause: BaseException | None = None,
        *,
        operation: str | None = None,
        request_id: str | None = None,
        retry_after: float | None = None,
        attempts: int | None = None,
        body: str | None = None,
        job_id: str | None = None,
    ) -> None:
        super().__init__(message)
        self.message = message
        if code is not None:
            self.code = code
        self.status_code = status_code
        self.details = details
        self.operation = operation
        self.request_id = request_id
        self.retry_after = retry_after
        self.attempts = attempts
        self.body: str | None = None if body is None else body[:BODY_CHARACTERS]
        self.kind: str | None = None
        self.job_id = job_id
        self.job: Any = None  # Any: the service's own handle, or its token in an exception that was pickled
        if cause is not None:
            self.__cause__: BaseException | None = cause

    def __str__(self) -> str:
        where = f"{self.operation}: " if self.operation else ""
        said = vars(self).get("code")  # by the server, and not by the class
        answer = " ".join(str(fact) for fact in (self.status_code, said) if fact is not None)
        tail = [f"job {self.job_id}"] if self.job_id and self.job_id not in self.message else []
        tail += [f"request id {self.request_id}"] if self.request_id else []
        known = f" ({', '.join(tail)})" if tail else ""
        return visible(f"{where}{answer + ': ' if answer else ''}{self.message}{known}")

    @property
    def cause(self) -> BaseException | None:
        """The exception behind it."""
        return self.__cause__

    def __reduce__(self) -> tuple[Any, ...]:
        # BaseException would call the class with `args` alone, and lose every fact.
        return revive, (type(self), self.args, self.__dict__)


def revive(kind: type[Error], args: tuple[Any, ...], facts: dict[str, Any]) -> Error:
    """The exception that was pickled, without running its `__init__` again."""
    error = kind.__new__(kind)
    error.args = args
    error.__dict__.update(facts)
    return error


@contextmanager
def about(job_id: str) -> Iterator[None]:
    """Whatever leaves the block, also Ctrl-C, says which job it was about: one that has begun is paid for.

    An exception of ours has it as `job_id`; any other, and any whose words do not say it, has a note that tracebacks
    show.
    """
    try:
        yield
    except BaseException as error:
        if isinstance(error, Error) and error.job_id is None:
            error.job_id = job_id
        if job_id not in "".join([str(error), *getattr(error, "__notes__", [])]):
            error.add_note(visible(f"This was about job {job_id}."))
        raise


class DocumentError(Error, ValueError):
    """A document (OpenAPI, overlay or workflow) cannot be used; the message says where in it and why."""


class ConfigurationError(Error, ValueError):
    """A setting cannot be right: no key, a URL without a scheme, a negative timeout.

    parameter: which one, if it is one alone.
    """

    def __init__(
        self, message: str = "", parameter: str | None = None, **facts: Any
    ) -> None:  # Any: the root's keyword facts
        super().__init__(message, **facts)
        self.parameter = parameter


class FileError(Error):
    """A file cannot be sent. file_path: as the caller named it. file_size: bytes, where known."""

    def __init__(
        self,
        message: str = "",
        file_path: str | None = None,
        file_size: int | None = None,
        **facts: Any,  # Any: the root's keyword facts
    ) -> None:
        super().__init__(message, **facts)
        self.file_path = file_path
        self.file_size = file_size


class TransportError(Error):
    """No answer came. cause: the exception behind it. sent: whether the request may have reached the server."""

    def __init__(
        self, message: str = "", cause: BaseException | None = None, *, sent: bool = True, **facts: Any
    ) -> None:  # Any: the root's keyword facts
        super().__init__(message, cause=cause, **facts)
        self.sent = sent


class ConnectionError(TransportError, builtins.ConnectionError):  # noqa: A001 - where Python has the word, be it
    """The server could not be reached, or hung up."""


class TimeoutError(TransportError, builtins.TimeoutError):  # noqa: A001 - where Python has the word, be it
    """The server took longer than the timeout. timeout: seconds without progress, where that is what was too long."""

    def __init__(
        self, message: str = "", timeout: float | None = None, **facts: Any
    ) -> None:  # Any: the root's keyword facts
        super().__init__(message, **facts)
        self.timeout = timeout


class SubmissionUnknownError(TransportError):
    """A request that costs money was sent, but no answer came: it may or may not have been accepted.

    It was not repeated. Look for the job before you send it again.
    """


class SubmissionTimeoutError(SubmissionUnknownError, TimeoutError):
    """The same, because the answer took longer than the timeout."""


class APIError(Error):
    """The server answered with an error status. response: the body as JSON, or as text where it is none."""

    def __init__(
        self,
        message: str = "",
        status_code: int | None = None,
        response: Any = None,  # Any: JSON as the server wrote it
        request_id: str | None = None,
        **facts: Any,  # Any: the root's keyword facts
    ) -> None:
        super().__init__(message, status_code=status_code, request_id=request_id, **facts)
        self.response = response


class ValidationError(APIError, ValueError):
    """The request is not right: said before sending, or by the server with 400 or 422.

    fields: what is wrong with each field, where that is known.
    """

    def __init__(
        self,
        message: str = "",
        field: str | None = None,
        fields: Mapping[str, Iterable[str]] | None = None,
        **facts: Any,  # Any: the root's keyword facts
    ) -> None:
        super().__init__(message=message, **facts)  # by name: a service's APIError may take them in another order
        self.fields: dict[str, list[str]] = {name: list(said) for name, said in (fields or {}).items()}
        if field is not None:
            self.fields.setdefault(field, [message])

    @property
    def field(self) -> str | None:
        """The first field that is wrong."""
        return next(iter(self.fields), None)


class AuthenticationError(APIError):
    """There is no key, or the server does not accept it (401)."""

    def __init__(
        self,
        message: str = "there is no API key, or the server does not accept it",
        **facts: Any,  # Any: the root's keyword facts
    ) -> None:
        super().__init__(message=message, **facts)


class InsufficientCreditsError(APIError):
    """The account has too few credits left (402).

    credits_available, credits_required: how many there are and how many it takes, where that is known.
    """

    def __init__(
        self,
        message: str = "the account has too few credits left",
        credits_available: int | None = None,
        credits_required: int | None = None,
        **facts: Any,  # Any: the root's keyword facts
    ) -> None:
        super().__init__(message=message, **facts)
        self.credits_available = credits_available
        self.credits_required = credits_required


class ForbiddenError(APIError):
    """The key is valid, but not for this (403)."""


class NotFoundError(APIError, LookupError):
    """There is no such thing, or no longer (404, 410)."""


class ConflictError(APIError):
    """It does not fit the state the thing is in (409)."""


class RateLimitError(APIError):
    """Too many requests (429). retry_after: seconds that the server asks to wait, where it says so."""

    def __init__(
        self,
        message: str = "",
        retry_after: float | None = None,
        **facts: Any,  # Any: the root's keyword facts
    ) -> None:
        super().__init__(message=message, retry_after=retry_after, **facts)


class ServerError(APIError):
    """The server failed (5xx)."""


class ContractError(Error):
    """The answer is not what the document promises."""


class DecodeError(ContractError):
    """The answer cannot be read as what was promised; `body` holds its first characters.

    partial: whether it began like a right answer, so that asking again may give the rest.
    """

    def __init__(
        self, message: str = "", *, partial: bool = False, **facts: Any
    ) -> None:  # Any: the root's keyword facts
        super().__init__(message, **facts)
        self.partial = partial


class DriftError(ContractError):
    """The answer differs from the document, and the client was told to be strict."""


class WebhookError(Error):
    """A delivery that cannot be trusted, or that is no event; nothing of it was used."""


class JobError(Error):
    """A job could not be brought to its result."""

    def __init__(
        self,
        message: str = "",
        job_id: str | None = None,
        code: str | None = None,
        **facts: Any,  # Any: the root's keyword facts
    ) -> None:
        super().__init__(message, code, job_id=job_id, **facts)


class JobFailedError(JobError):
    """The job ended without a result. error_details: the service's own reason, which the message holds, too."""

    def __init__(
        self,
        message: str = "",
        job_id: str | None = None,
        error_details: str | None = None,
        **facts: Any,  # Any: the root's keyword facts
    ) -> None:
        super().__init__(message, job_id, **facts)
        self.error_details = error_details


class JobTimeoutError(JobError, builtins.TimeoutError):
    """The job is still running when the time to wait is over. It goes on: ask for it again later."""


# RFC 9110 section 15.5; a status that is not listed falls to its hundred.
STATUSES: dict[int, type[APIError]] = {
    400: ValidationError,
    401: AuthenticationError,
    402: InsufficientCreditsError,
    403: ForbiddenError,
    404: NotFoundError,
    409: ConflictError,
    410: NotFoundError,
    422: ValidationError,
    429: RateLimitError,
}


def of_status(status_code: int) -> type[APIError]:
    """The class for an HTTP status that is not a success."""
    return STATUSES.get(status_code) or (ServerError if status_code >= 500 else APIError)


class UpdateWarning(UserWarning):
    """A newer version of a followed document was not taken over, could not be had or kept, or breaks something.

    update: what was found, what would break and where (history/update.py); the program goes on as before.
    """

    def __init__(self, update: Any) -> None:  # Any: an Update, which is made further down the house
        super().__init__(str(update))
        self.update = update

    def __reduce__(self) -> tuple[Any, ...]:
        return type(self), (self.update,)


class Family:
    """A service's own classes for the shared ones.

    kinds: a class for each shared class, which inherits from it first, so that `except errors.RateLimitError` still
    holds; of several, the one that has its name, or else the first. Others are raised where a workflow names them. A
    shared exception that leaves a client of that service becomes the service's. service: what its workflow calls
    itself, so that its results, which no client holds, find the family too (`family`).
    """

    def __init__(self, *kinds: type[Error], service: str | None = None) -> None:
        self._named = {kind.__name__: kind for kind in kinds}
        self._kinds: dict[type, type[Error]] = {}
        for kind in kinds:
            shared = kind.__bases__[0]
            if shared not in self._kinds or kind.__name__ == shared.__name__:
                self._kinds[shared] = kind
        if service is not None:
            _families[service] = self

    @property
    def names(self) -> frozenset[str]:
        """What its classes are called, and a workflow may call them."""
        return frozenset(self._named)

    def adopt(self, error: Error) -> None:
        """Give the exception the service's class, in place, so that traceback and cause stay as they are.

        Assigning `__class__` is the one trick here: to build a second exception would tear it from its traceback.
        """
        error.__class__ = self._named.get(error.kind or "") or self._kinds.get(type(error), type(error))

    @contextmanager
    def adopting(self) -> Iterator[None]:
        """Adopt whatever of ours leaves the block."""
        try:
            yield
        except Error as error:
            self.adopt(error)
            raise


_families: dict[str, Family] = {}


def family(service: str | None) -> Family:
    """The family of a service; one that changes nothing where it has none."""
    return _families.get(service or "") or Family()


def completed(service: str, root: type[Error], names: dict[str, Any]) -> Family:  # Any: a module's names
    """The family of a service: what a module has that inherits from its root.

    A shared class that has none of its own there gets one by its name, below those of its shared bases, which is added
    to the module's names: so that `except` with the root catches everything.
    """
    kinds = [kind for kind in names.values() if isinstance(kind, type) and issubclass(kind, root)]
    ours: dict[type, type[Error]] = {Error: root, **{kind.__bases__[0]: kind for kind in kinds if kind is not root}}
    for name, kind in list(globals().items()):
        if isinstance(kind, type) and issubclass(kind, Error) and kind not in ours:
            bases = (kind, *(ours[one] for one in kind.__bases__ if one in ours))
            ours[kind] = names[name] = type(name, bases, {"__module__": root.__module__, "__doc__": kind.__doc__})
    return Family(*(kind for kind in ours.values() if kind is not root), *kinds, service=service)


def __getattr__(name: str) -> Any:  # Any: an exception's class
    """A service's own exceptions that the package exports can be had from here as well."""
    import leapocr_dyn

    found = getattr(leapocr_dyn, name, None) if name in leapocr_dyn.__all__ else None
    if not (isinstance(found, type) and issubclass(found, Error)):
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return found
