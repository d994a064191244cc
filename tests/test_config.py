"""Settings: what is right, what cannot be, and what the environment may say."""

from __future__ import annotations

import dataclasses
import math
from typing import Any

import pytest

from leapocr_dyn.config import ClientConfig, checked_url, from_environment
from leapocr_dyn.errors import ConfigurationError


def test_the_defaults_are_the_advice() -> None:
    """Nothing has to be set."""
    config = ClientConfig()
    assert (config.base_url, config.timeout, config.max_retries) == (None, 30.0, 3)
    assert (config.retry_delay, config.retry_multiplier, config.strict) == (1.0, 2.0, False)


def test_settings_do_not_change() -> None:
    """A config is frozen; `dataclasses.replace` gives another."""
    config = ClientConfig()
    with pytest.raises(dataclasses.FrozenInstanceError):
        config.timeout = 5.0  # type: ignore[misc]  # this is what must fail
    assert dataclasses.replace(config, timeout=5.0).timeout == 5.0


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("timeout", 0),
        ("timeout", -1),
        ("timeout", math.nan),
        ("timeout", math.inf),
        ("timeout", "30"),
        ("timeout", True),
        ("timeout", None),
        ("retry_delay", -0.1),
        ("retry_multiplier", 0.5),
        ("max_retries", -1),
        ("max_retries", 1.5),
        ("max_retries", True),
        ("base_url", "api.example.com"),
        ("base_url", ""),
        ("base_url", 5),
    ],
)
def test_a_setting_that_cannot_be_right_is_named(setting: str, value: Any) -> None:
    """The sentence holds the setting and the value; nothing is replaced in silence."""
    with pytest.raises(ConfigurationError) as caught:
        ClientConfig(**{setting: value})
    assert setting in str(caught.value)
    assert repr(value) in str(caught.value)


@pytest.mark.parametrize(("setting", "value"), [("retry_delay", 0), ("max_retries", 0), ("retry_multiplier", 1)])
def test_the_least_that_is_right_is_allowed(setting: str, value: Any) -> None:
    """No pause, no repeat, no growth."""
    assert getattr(ClientConfig(**{setting: value}), setting) == value


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("https://api.example.com/v1/", "https://api.example.com/v1"),
        ("http://127.0.0.1:8080", "http://127.0.0.1:8080"),
        ("http://[::1]:1/", "http://[::1]:1"),
    ],
)
def test_a_url_loses_the_slash_at_its_end(given: str, kept: str) -> None:
    """So that a path can be added to it."""
    assert checked_url("base_url", given) == kept


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ("ftp://example.com", "must be http or https, as in https://api.example.com/v1"),
        ("https://", "it looks like"),
        ("https://example.com:0", "it looks like"),
        ("https://example.com:x", "is not a URL: "),
        ("https://[::1", "is not a URL: "),
        ("https://example.com/?a=b", "a query or a fragment"),
        ("https://example.com/#a", "a query or a fragment"),
    ],
)
def test_a_url_that_operations_cannot_be_added_to_is_refused(given: str, said: str) -> None:
    """With the reason."""
    with pytest.raises(ConfigurationError, match=r"^base_url") as caught:
        checked_url("base_url", given)
    assert said in str(caught.value)


def test_a_password_in_a_url_is_refused_and_not_repeated() -> None:
    """The sentence says where the key belongs, and does not print it."""
    with pytest.raises(ConfigurationError, match="pass the key as api_key") as caught:
        checked_url("base_url", "https://me:hunter2@example.com")
    assert "hunter2" not in str(caught.value)


def test_the_environment_speaks_through_names_that_are_data(monkeypatch: pytest.MonkeyPatch) -> None:
    """Which variable holds a setting is the workflow's word; a blank one counts as not set."""
    monkeypatch.setenv("TEST_KEY", " abc\n")
    monkeypatch.setenv("TEST_BLANK", "  ")
    names = {"api_key": "TEST_KEY", "base_url": "TEST_BLANK"}
    assert from_environment(names, "api_key") == "abc"
    assert from_environment(names, "base_url") is None
    assert from_environment(names, "token") is None


@pytest.mark.parametrize(
    "url", ["https://me:hunter2@h:99999/", "https://me:a/hunter2@h", "me:hunter2@h", "ftp://me:hunter2@h"]
)
def test_a_password_in_a_url_is_never_repeated(url: str) -> None:
    """Whatever else is wrong with the URL."""
    with pytest.raises(ConfigurationError) as caught:
        checked_url("base_url", url)
    assert "hunter2" not in str(caught.value)
