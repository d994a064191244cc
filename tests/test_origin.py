"""Origins: which URLs lead to the same place, and which links are followed at all."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from leapocr_dyn.errors import ContractError
from leapocr_dyn.origin import SHOWN, only_web, origin, place, redacted

HERE = "https://api.test/v1"
SECRET = "right-that-nobody-may-see"


@pytest.mark.parametrize("url", ["https://api.test", "https://API.test:443/other?x=1", "https://me:pw@api.test/"])
def test_one_origin_has_many_urls(url: str) -> None:
    """Scheme, host without case, and port, which may be the usual one (RFC 6454 section 4)."""
    assert origin(url) == origin(HERE) == ("https", "api.test", 443)


@pytest.mark.parametrize(
    "url",
    [
        "http://api.test/v1",
        "https://api.test:444/v1",
        "https://api.test.evil/v1",
        "https://api.test@evil.test/",
        "//api.test/v1",
        "https://api.test:99999/",
        "http://[",
        "https:///v1",
        "/v1",
        "",
    ],
)
def test_what_only_looks_alike_is_another(url: str) -> None:
    """Nothing else is trusted in its place."""
    assert origin(url) != origin(HERE)


def test_a_link_is_shown_without_its_query() -> None:
    """It may be the right to write."""
    assert redacted("https://s3.test/a?X-Signature=1?2") == "https://s3.test/a?***"
    assert redacted(HERE) == HERE


@pytest.mark.parametrize("url", ["ftp://api.test", "javascript:1", "http://[", "", "http://s3.test/a", "/a"])
def test_a_link_that_leads_down_from_https_or_nowhere_is_refused(url: str) -> None:
    """Nothing is sent there; from http, http is well."""
    with pytest.raises(ContractError):
        only_web(url, HERE)
    only_web("https://s3.test/a", HERE)
    only_web("http://s3.test/a", "http://api.test")


@given(st.text() | st.from_regex(r"https?://[a-z@:/?#\[\]0-9.]{0,20}"))
def test_any_text_is_an_origin_or_none(url: str) -> None:
    """Never an exception."""
    assert origin(url) is None or origin(url) == origin(url)
    redacted(url)


@given(st.text(), st.text(), st.text())
def test_a_url_is_shown_without_what_may_be_a_right(user: str, query: str, fragment: str) -> None:
    """User, query and fragment are left out of any text, and what is left is printable and not too long."""
    shown = place(f"https://{re.sub('[/?#]', '', user)}:{SECRET}@h.test/a?{query}{SECRET}#{fragment}")
    assert shown == "https://h.test/a"
    assert place(f"https://h.test/{query}{fragment}").isprintable()
    assert len(place(f"https://h.test/{query * SHOWN}")) <= 10 * SHOWN  # \U0001f600 for one character
