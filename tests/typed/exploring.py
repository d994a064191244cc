"""A program of somebody's: what an API can do, where its parts come from, and calls made up for each."""

from __future__ import annotations

from typing import Any, assert_type

import leapocr_dyn
from leapocr_dyn import Api, LeapOCR, LeapOCRSync
from leapocr_dyn.explore.example import Example
from leapocr_dyn.explore.explain import Explanation
from leapocr_dyn.explore.search import Found
from leapocr_dyn.explore.tree import Tree


def look(api: Api, words: str) -> list[str]:
    found = assert_type(api.search(words, limit=5), Found)
    assert_type(api.tree(), Tree)
    for branch in api.tree():
        for leaf in branch.leaves:
            assert_type(leaf.said, str)
    assert_type(api.explain("get_job_status"), Explanation)
    for about, said, source in api.explain(("GET", "/health")):
        print(f"{about}: {said} ({source})")
    return [hit.attempt for hit in found]


def calls(api: Api) -> dict[str, str]:
    made: dict[str, str] = {}
    for name, operation in api.operations.items():
        example = assert_type(operation.example(), Example)
        arguments: dict[str, Any] = example
        made[name] = operation.plan("https://api.example", **arguments).curl()
        assert_type(operation.curl(), str)
    return made


def shell(client: LeapOCRSync, later: LeapOCR) -> list[str]:
    first = client.ocr.get_job_result.curl()
    return [first, client.ocr.get_job_result.curl(job_id="1"), later.ocr.get_job_result.curl(job_id="1")]


if __name__ == "__main__":
    print(look(leapocr_dyn.load("leapocr"), "upload"))
