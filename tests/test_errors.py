"""Exceptions: whose move it is, what they say, and that pickling them loses and adds nothing."""

from __future__ import annotations

import builtins
import copy
import pickle
from typing import Any

import pytest
from documents import json_values
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn import errors

CLASSES = [kind for kind in vars(errors).values() if isinstance(kind, type) and issubclass(kind, errors.Error)]
FACTS: dict[str, Any] = {
    "code": "NOT_FOUND",
    "status_code": 404,
    "details": {"job": ["gone"]},
    "operation": "get_job_status",
    "request_id": "7c1",
    "retry_after": 1.5,
    "attempts": 2,
    "body": '{"code": "NOT_FOUND"}',
}
OWN: dict[type[errors.Error], dict[str, Any]] = {
    errors.FileError: {"file_path": "scan.pdf", "file_size": 7},
    errors.TransportError: {"sent": False},
    errors.APIError: {"response": {"code": "NOT_FOUND"}},
    errors.ValidationError: {"fields": {"page": ["is too small"]}},
    errors.DecodeError: {"partial": True},
    errors.JobError: {"job_id": "3f2"},
}


def full(kind: type[errors.Error]) -> errors.Error:
    """An exception of the class with every fact set."""
    own = {name: value for base, facts in OWN.items() if issubclass(kind, base) for name, value in facts.items()}
    made: Any = kind
    error: errors.Error = made("job not found", **FACTS, **own)
    assert {name: getattr(error, name) for name in own} == own
    return error


@pytest.mark.parametrize("kind", CLASSES)
def test_an_exception_pickles_with_all_its_facts(kind: type[errors.Error]) -> None:
    """The copy has the class, the sentence and every attribute; nothing is hidden and nothing is added."""
    error = full(kind)
    for twin in (pickle.loads(pickle.dumps(error)), copy.copy(error), copy.deepcopy(error)):
        assert type(twin) is kind
        assert (twin.__dict__, twin.args, str(twin)) == (error.__dict__, error.args, str(error))
    assert set(FACTS) | {"message"} <= set(error.__dict__)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_exception_can_be_made_from_a_sentence_alone(kind: type[errors.Error]) -> None:
    """Facts that are not known are None."""
    error = kind("no")
    assert str(error) == "no"
    assert all(getattr(error, fact) is None for fact in FACTS)


@pytest.mark.parametrize("kind", CLASSES)
def test_an_exception_says_what_it_is_in_its_docstring_and_stands_in_the_tree(kind: type[errors.Error]) -> None:
    """The tree at the top of the module is complete."""
    assert kind.__doc__
    assert errors.__doc__ is not None
    assert f" {kind.__name__} " in errors.__doc__.replace("\n", " ")


def test_an_exception_says_where_what_and_which_request() -> None:
    """Operation, status, code, sentence and request id, in this order."""
    assert str(full(errors.NotFoundError)) == "get_job_status: 404 NOT_FOUND: job not found (request id 7c1)"
    assert str(errors.Error("no", status_code=500)) == "500: no"
    assert str(errors.Error("no", operation="go")) == "go: no"


@pytest.mark.parametrize(
    ("kind", "python"),
    [
        (errors.TimeoutError, builtins.TimeoutError),
        (errors.JobTimeoutError, builtins.TimeoutError),
        (errors.ConnectionError, builtins.ConnectionError),
        (errors.NotFoundError, LookupError),
        (errors.ValidationError, ValueError),
        (errors.DocumentError, ValueError),
        (errors.ConfigurationError, ValueError),
    ],
)
def test_where_python_has_the_word_it_catches(kind: type[errors.Error], python: type[Exception]) -> None:
    """`except TimeoutError` just works."""
    with pytest.raises(python, match="no"):
        raise kind("no")


@pytest.mark.parametrize(
    ("status", "kind"),
    [
        (400, errors.ValidationError),
        (401, errors.AuthenticationError),
        (402, errors.InsufficientCreditsError),
        (403, errors.ForbiddenError),
        (404, errors.NotFoundError),
        (409, errors.ConflictError),
        (410, errors.NotFoundError),
        (418, errors.APIError),
        (422, errors.ValidationError),
        (429, errors.RateLimitError),
        (302, errors.APIError),
        (500, errors.ServerError),
        (599, errors.ServerError),
    ],
)
def test_a_status_has_a_class(status: int, kind: type[errors.APIError]) -> None:
    """A status that is not in the table falls to its hundred."""
    assert errors.of_status(status) is kind


def test_a_body_is_kept_as_far_as_a_reader_would_look() -> None:
    """Five hundred characters."""
    assert errors.Error("no", body="x" * 9999).body == "x" * errors.BODY_CHARACTERS


def test_a_field_can_be_given_alone_or_with_others() -> None:
    """`field` is the first of `fields`."""
    assert errors.ValidationError("too small", field="page").fields == {"page": ["too small"]}
    assert errors.ValidationError("no", fields={"a": ["b"], "c": []}).field == "a"
    assert errors.ValidationError("no").field is None


def test_a_cause_is_kept_as_raise_from_keeps_it() -> None:
    """So that a traceback shows both."""
    cause = OSError("cable")
    assert errors.ConnectionError("no", cause=cause).__cause__ is cause


class ServiceError(errors.Error):
    """A service's own root."""


class ServiceRateLimitError(errors.RateLimitError, ServiceError):
    """A service's own class for a shared one."""


def test_a_service_has_classes_of_its_own() -> None:
    """The shared exception becomes the service's, with its facts, and both names catch it."""
    family = errors.Family(ServiceRateLimitError)
    with pytest.raises(ServiceError) as caught, family.adopting():
        raise errors.RateLimitError("slow down", retry_after=3.0)
    assert isinstance(caught.value, errors.RateLimitError)
    assert type(pickle.loads(pickle.dumps(caught.value))) is ServiceRateLimitError
    assert caught.value.retry_after == 3.0


def test_what_a_service_has_no_class_for_stays_shared() -> None:
    """A family adopts its own only, and nothing that is not ours."""
    family = errors.Family(ServiceRateLimitError)
    with pytest.raises(errors.NotFoundError) as caught, family.adopting():
        raise errors.NotFoundError("gone")
    assert type(caught.value) is errors.NotFoundError
    with pytest.raises(KeyError), family.adopting():
        raise KeyError("not ours")


class HouseError(errors.Error):
    """Everything that a service raises."""


class AnswerError(errors.APIError, HouseError):
    """The service's own, which takes the status first."""

    def __init__(self, status_code: int | None = None, message: str = "", **facts: Any) -> None:
        super().__init__(message, status_code, **facts)


def test_a_service_says_its_own_classes_and_gets_the_others() -> None:
    """Each by its shared name, below the service's own for what it is a kind of, and in the module."""
    names: dict[str, Any] = {"HouseError": HouseError, "AnswerError": AnswerError, "other": 7}
    family = errors.completed("House", HouseError, names)
    assert names["NotFoundError"].__bases__ == (errors.NotFoundError, AnswerError)
    assert names["ConnectionError"].__bases__ == (errors.ConnectionError, names["TransportError"])
    assert names["TransportError"].__bases__ == (errors.TransportError, HouseError)
    assert "APIError" not in names
    for kind in CLASSES:
        error = kind("no")
        family.adopt(error)
        assert isinstance(error, HouseError)
        assert type(error) is HouseError or type(error).__module__ == __name__
    wrong = names["ValidationError"](message="no", field="name", status_code=422)
    assert (wrong.message, wrong.status_code, wrong.field) == ("no", 422, "name")


@settings(max_examples=100, deadline=None)
@given(st.sampled_from(CLASSES), st.text(), st.none() | st.text(), json_values)
def test_any_text_and_any_details_survive_pickling(
    kind: type[errors.Error], message: str, code: str | None, details: Any
) -> None:
    """Whatever a server wrote."""
    error = kind(message, code=code, details=details)
    twin = pickle.loads(pickle.dumps(error))
    assert (type(twin), str(twin), twin.__dict__) == (kind, str(error), error.__dict__)


def test_a_service_names_only_the_exceptions_that_are_its_own() -> None:
    """Every shared class gets one below the service's root, and below the service's class for what it is a kind of."""

    class TeaError(errors.Error):
        """The root."""

    class TimeoutError(errors.TimeoutError, TeaError):  # noqa: A001 - the service's own word
        """One of its own."""

    names: dict[str, Any] = {"TeaError": TeaError, "TimeoutError": TimeoutError, "other": 1}
    family = errors.completed("Teas", TeaError, names)
    for kind in (errors.Error, errors.NotFoundError, errors.TimeoutError, errors.SubmissionTimeoutError):
        failure = kind("cold")
        with pytest.raises(TeaError) as caught, family.adopting():
            raise failure
        assert isinstance(caught.value, kind)
    assert errors.family("Teas") is family
    assert issubclass(names["SubmissionTimeoutError"], TimeoutError)
    assert issubclass(names["NotFoundError"], names["APIError"])
    assert names["TimeoutError"] is TimeoutError
    assert names["NotFoundError"].__doc__ == errors.NotFoundError.__doc__
