"""The tree of an API: what can be called, on one screen."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from leapocr_dyn import bundled, load
from leapocr_dyn.explore.screen import LINES, WIDTH

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tools"))

import thousand


def test_a_small_api_is_shown_whole() -> None:
    """Its namespaces, and in each every operation with its request and its purpose."""
    shown = repr(load("claude").tree()).splitlines()
    assert shown == [
        "Claude Code API: 5 calls in 3 namespaces",
        "client.completions",
        "    complete  POST /v1/chat/completions  Answer one conversation",
        "    batch     POST /v1/batch             Answer many prompts, side by side",
        "    route     POST /v1/route             Which model would answer a prompt",
        "client.projects",
        "    get_usage  GET /v1/usage  What a project has used",
        "client.service",
        "    health  GET /health  How the service is",
    ]


def test_a_large_api_is_counted() -> None:
    """1,000 operations fit the same screen: how many there are where, and how to see them."""
    tree = load(thousand.document(200)).tree()
    shown = repr(tree).splitlines()
    assert len(shown) <= LINES
    assert shown[0] == "A Thousand: 1000 calls in 200 namespaces"
    assert shown[-1] == "api.tree(NAMESPACE) shows one of them, api.search(WORDS) what is about them"
    assert sum(len(branch.leaves) for branch in tree) == 1000, "iterating gives everything"


def test_one_namespace_is_shown_whole() -> None:
    """However large the API is; a name that is none is answered with the one that was meant."""
    tree = load(thousand.document(200)).tree("invoice0")
    assert [leaf.name for leaf in tree[0].leaves][:2] == ["list_invoice0", "create_invoice0"]
    assert "    create_invoice0  POST /invoice0s " in repr(tree)
    with pytest.raises(KeyError, match="there is no namespace 'invoise0'; did you mean 'invoice0'"):
        load(thousand.document(200)).tree("invoise0")


@pytest.mark.parametrize("service", bundled())
def test_every_service_fits_a_screen(service: str) -> None:
    """In height and in width."""
    shown = repr(load(service).tree()).splitlines()
    assert len(shown) <= LINES
    assert max(map(len, shown)) <= WIDTH
