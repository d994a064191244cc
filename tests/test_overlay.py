"""OpenAPI Overlay 1.0 and 1.1: what each action does, told by tests/vectors/overlay.json, and what is refused."""

from __future__ import annotations

import copy
import functools
import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.document import jsonpath, overlay, text
from leapocr_dyn.errors import DocumentError

Tree = dict[str, Any]  # JSON
CASES: list[Tree] = json.loads((Path(__file__).parent / "vectors/overlay.json").read_text("utf-8"))


def of(*actions: Tree, version: str = "1.1.0", **fields: Any) -> Tree:
    """An overlay with these actions."""
    return {"overlay": version, "info": {"title": "Test", "version": "1"}, "actions": list(actions), **fields}


@pytest.mark.parametrize("case", CASES, ids=[case["promise"] for case in CASES])
def test_an_action_does_what_the_specification_says(case: Tree) -> None:
    """Each case is one rule of the specification in our own words, with the tree that it leaves or its error."""
    document, corrections = copy.deepcopy(case["tree"]), of(*case["actions"], version=case["version"])
    if "error" in case:
        with pytest.raises(DocumentError) as caught:
            overlay.apply(document, corrections, "fixes.yaml")
        assert str(caught.value).startswith("fixes.yaml: actions[")
        assert case["error"] in str(caught.value)
    else:
        result, applied = overlay.apply(document, corrections, "fixes.yaml")
        assert result == case["result"]
        assert [one.matches for one in applied] == case["matches"]
    assert document == case["tree"]
    assert corrections == of(*case["actions"], version=case["version"])


def test_what_was_done_is_reported_for_each_action() -> None:
    """The report has the action's index, target, description and number of matches, and where those stood."""
    _, applied = overlay.apply({"a": 1}, of({"target": "$.a", "update": 2, "description": "Two"}, {"target": "$.b"}))
    assert list(map(tuple, applied)) == [(0, "$.a", 1, "Two", ("/a",), False), (1, "$.b", 0, "", (), False)]


def test_what_was_not_changed_is_shared() -> None:
    """Only the containers on the way to a change are copied."""
    tree: Tree = {"paths": {"/a": {"get": {}}, "/b": {"get": {}}}, "components": {}}
    result, _ = overlay.apply(tree, of({"target": "$.paths['/a'].get", "update": {"x": 1}}))
    assert result["components"] is tree["components"]
    assert result["paths"]["/b"] is tree["paths"]["/b"]
    assert result["paths"]["/a"] is not tree["paths"]["/a"]


def test_a_tree_with_shared_parts_changes_where_it_was_told_to() -> None:
    """Two places that YAML aliases made one object are two places for an overlay."""
    tree = text.parse("a: &a {x: {y: 1}}\nb: *a\n", "test")
    result, _ = overlay.apply(tree, of({"target": "$.b.x", "update": {"y": 2}}))
    assert result == {"a": {"x": {"y": 1}}, "b": {"x": {"y": 2}}}


def test_the_root_means_the_document_in_every_filter() -> None:
    """A filter inside a filter still reaches the document's root by $."""
    tree: Tree = {"t": "a", "l": [{"k": [{"x": "a"}]}, {"k": [{"x": "b"}]}]}
    result, _ = overlay.apply(tree, of({"target": "$.l[?@.k[?@.x == $.t]]", "remove": True}))
    assert result == {"t": "a", "l": [{"k": [{"x": "b"}]}]}


@pytest.mark.parametrize(
    ("target", "left"),
    [
        ("$[?match(@, 'a.*')]", ["b", "ba"]),
        ("$[?search(@, 'a')]", ["b"]),
        ("$[?length(@) == 2]", ["b", "abc"]),
        ("$[?search(@, '(')]", ["ab", "b", "ba", "abc"]),
        ("$[?match(@, @)]", []),
    ],
)
def test_the_functions_of_rfc_9535_work(target: str, left: list[str]) -> None:
    """match() is of the whole text, search() of a part, and a pattern that is none matches nothing."""
    result, _ = overlay.apply({"l": ["ab", "b", "ba", "abc"]}, of({"target": "$.l" + target[1:], "remove": True}))
    assert result == {"l": left}


# --- what an overlay looks like ---


@pytest.mark.parametrize("version", ["1.0.0", "1.1.0", "1.0", "1.1", "1.0.7", "1.1.0-rc1"])
def test_both_versions_are_known_whatever_their_patch(version: str) -> None:
    """A patch release changes words, not features."""
    overlay.check(of({"target": "$"}, version=version), "test")


def test_extensions_and_extends_are_allowed() -> None:
    """`extends` says what an overlay is for, and x- fields are anybody's, at every level."""
    corrections = of({"target": "$", "x-why": 1}, extends="./openapi.yaml")
    corrections["x-a"] = corrections["info"]["x-b"] = 1
    overlay.check(corrections, "test")


@pytest.mark.parametrize(
    ("broken", "why"),
    [
        ([], "an overlay is an object, not an array"),
        ({}, "`overlay` is the version"),
        (of(version="1.2.0"), "`overlay` is the version"),
        ({**of(), "overlay": 1.1}, "`overlay` is the version"),
        (of(), "at least one action"),
        (of(extends=1), "`extends` is text, not a number"),
        (of(action=[]), "no field 'action': did you mean `actions`?"),
        ({**of(), "info": {"title": "a"}}, "info: `version` is missing"),
        ({**of(), "info": {"title": "a", "version": 1.0}}, "info: `version` is text, not a number: put it in quotes"),
        ({**of(), "info": None}, "`info` is missing"),
        (of({"target": "$"}, "x"), "actions[1]: an action is an object, not text"),  # type: ignore[arg-type]  # the point
        (of({}), "actions[0]: `target` is missing"),
        (of({"target": 1}), "actions[0]: `target` is text"),
        (of({"target": "$", "updates": {}}), "actions[0]: there is no field 'updates': did you mean `update`?"),
        (of({"target": "$", "remove": "yes"}), "actions[0]: `remove` is true or false"),
        (of({"target": "$", "copy": "$.a"}, version="1.0.0"), "actions[0]: `copy` came with version 1.1"),
        (of({"target": "$", "copy": "$.a", "update": {}}), "actions[0]: `update` and `copy` exclude each other"),
        (of({"target": "$.a", "copy": "a"}), "actions[0]: 'a' is not a JSONPath"),
        (of({"target": "$.paths."}), "actions[0]: '$.paths.' is not a JSONPath (RFC 9535)"),
        (of({"target": "paths"}), "is not a JSONPath"),
        (of({"target": "$.a | $.b"}), "is not a JSONPath"),
        (of({"target": "$.a "}), "is not a JSONPath"),
        (of({"target": "$[?nope(@.a)]"}), "is not a JSONPath"),
        (of({"target": "$[" + "9" * 4000 + "]"}), "is not a JSONPath"),
        (of({"target": "$" + "[?(" * 1300}), "is not a JSONPath"),
        (of({"target": "$[?" + "(" * 2000 + "@" + ")" * 2000 + "]"}), "is not a JSONPath"),
        (of({"target": "$" + ".a" * 3000}), "at most 4,096 characters"),
    ],
)
def test_a_broken_overlay_says_what_is_wrong_with_which_action(broken: Any, why: str) -> None:
    """The shape is checked before anything is changed."""
    with pytest.raises(DocumentError) as caught:
        overlay.check(broken, "test")
    assert str(caught.value).startswith("test: ")
    assert why in str(caught.value)


# --- overlays that mean harm ---

WIDE: Tree = {"l": [{"a": "a" * 40 + "!"}] * 1_000}
DEEP: Tree = {"d": [[]]}
for _ in range(100):
    DEEP = {"d": [DEEP, DEEP["d"]]} if len(str(DEEP)) < 5_000 else {"d": [DEEP]}
HOSTILE = {
    "it doubles a list": ({"l": [1]}, of(*[{"target": "$.l", "copy": "$.l"}] * 64), "inserts more than"),
    "it nests the root": ({"a": {}}, of(*[{"target": "$.a", "copy": "$"}] * 300), "inserts more than|levels deep"),
    "it digs": (
        {"a": {}},
        of(*[{"target": f"$.a{'.a' * n}", "update": {"a": {}}} for n in range(400)]),
        "more than 200 levels deep",
    ),
    "it repeats a long text": (WIDE, of(*[{"target": "$.l[*]", "update": {"b": "x" * 1_000_000}}] * 9), "inserts more"),
    "it selects all, again and again": (WIDE, of(*[{"target": "$..*"}] * 99), "selects more than"),
    "its selectors multiply": (
        {"a": {"a": {}}},
        of({"target": "$" + "['a','a']" * 2 + "..*" * 9}),
        "selects|visits|^$",
    ),
    "its descents multiply": (DEEP, of({"target": "$" + "..*" * 20}), "visits more than|selects more than"),
    "its filters multiply": (DEEP, of({"target": "$..[?@..[?@..[?@..*..*..zzz]]]"}), "visits more than"),
    "its filters start over": (WIDE, of({"target": "$..[?$..[?$..zzz]]"}), "visits more than"),
    "its pattern backtracks": (WIDE, of({"target": "$..[?match(@.a, '(a|a)+')]"}), "regular expression|^$"),
    "its pattern searches": (WIDE, of({"target": "$..[?search(@.a, '(a+)+b')]"}), "regular expression|^$"),
    "it chains a thousand segments": (DEEP, of({"target": "$" + "..*" * 1_300}), "visits|selects|cannot be followed"),
}
CHILD = """
import json, resource, sys
resource.setrlimit(resource.RLIMIT_CPU, (60, 60))
resource.setrlimit(resource.RLIMIT_AS, (1 << 30, 1 << 30))
from leapocr_dyn.document import jsonpath, overlay
from leapocr_dyn.errors import DocumentError
jsonpath.VISITS //= int(sys.argv[1])
overlay.NODES //= int(sys.argv[1])
for name, (tree, corrections) in json.load(sys.stdin).items():
    try:
        overlay.apply(tree, corrections, "harm")
        said = ""
    except DocumentError as error:
        said = str(error)
    print(json.dumps([name, said]), flush=True)
"""


@functools.cache
def stopped(share: int) -> tuple[dict[str, str], str]:
    """What a process of its own said about each hostile overlay before it ended, and its stderr.

    share: of the real bounds on visits and insertions it has one part in so many, which spares ten seconds for each.
    """
    given = json.dumps({name: (tree, corrections) for name, (tree, corrections, _) in HOSTILE.items()})
    child = [sys.executable, "-c", CHILD, str(share)]
    run = subprocess.run(child, input=given, capture_output=True, text=True)
    return dict(json.loads(line) for line in run.stdout.splitlines()), run.stderr


@pytest.mark.parametrize("share", [10, pytest.param(1, marks=pytest.mark.slow)])
@pytest.mark.parametrize("harm", HOSTILE)
def test_a_hostile_overlay_is_stopped(harm: str, share: int) -> None:
    """What would take hours or leave a tree that nobody can walk ends with a sentence, soon."""
    said, complaints = stopped(share)
    assert harm in said, complaints
    assert any(part in said[harm] for part in HOSTILE[harm][2].replace("^$", "").split("|"))


# --- properties ---

# A slow machine is no mistake.
PATIENT = settings(deadline=None, max_examples=50)

NAMES = st.sampled_from(["a", "b", "c", "get"])
VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.sampled_from("xyz"),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(NAMES, inner, max_size=3),
    max_leaves=12,
)
OBJECTS = st.dictionaries(NAMES, VALUES, max_size=3)
TARGETS = st.sampled_from(
    ["$", "$.a", "$.a.b", "$.*", "$..*", "$..a", "$.b[0]", "$.b[-1:]", "$..[?@.a]", "$..b[*]", "$.a['b','c']"]
)
ACTIONS = st.fixed_dictionaries({"target": TARGETS, "update": VALUES}) | st.one_of(
    st.fixed_dictionaries({"target": TARGETS, "remove": st.just(True)}),
    st.fixed_dictionaries({"target": TARGETS, "copy": TARGETS}),
)


@PATIENT
@given(OBJECTS, st.lists(ACTIONS, min_size=1, max_size=5))
def test_applying_never_changes_what_came_in(tree: Tree, actions: list[Tree]) -> None:
    """Neither the document nor the overlay is changed, and a second application gives the same."""
    corrections = of(*actions)
    before = copy.deepcopy((tree, corrections))
    outcomes = []
    for _ in range(2):
        try:
            outcomes.append(overlay.apply(tree, corrections))
        except DocumentError as error:
            outcomes.append(str(error))  # type: ignore[arg-type]  # either outcome will do, if it is the same twice
        assert (tree, corrections) == before
    assert outcomes[0] == outcomes[1]


@PATIENT
@given(OBJECTS, st.lists(ACTIONS, min_size=2, max_size=5))
def test_a_list_of_actions_is_one_after_the_other(tree: Tree, actions: list[Tree]) -> None:
    """One overlay of several actions does what several overlays of one action do."""
    try:
        together, _ = overlay.apply(tree, of(*actions))
    except DocumentError:
        return
    for action in actions:
        tree, _ = overlay.apply(copy.deepcopy(tree), of(action))
    assert tree == together


PLAIN = st.recursive(
    st.none() | st.integers(), lambda inner: st.dictionaries(NAMES, inner, min_size=1, max_size=3), max_leaves=8
)


@PATIENT
@given(st.dictionaries(NAMES, PLAIN), st.dictionaries(NAMES, PLAIN))
def test_updating_objects_twice_is_updating_them_once(tree: Tree, update: Tree) -> None:
    """An update without arrays says how things are, and can be said again."""
    corrections = of({"target": "$", "update": update})
    try:
        once, _ = overlay.apply(tree, corrections)
    except DocumentError:
        return
    assert overlay.apply(once, corrections)[0] == once


@PATIENT
@given(OBJECTS)
def test_an_overlay_that_selects_nothing_changes_nothing(tree: Tree) -> None:
    """No match is a success, and the same tree."""
    result, applied = overlay.apply(tree, of({"target": "$.zzz", "update": 1}, {"target": "$..zzz", "remove": True}))
    assert result is tree
    assert [one.matches for one in applied] == [0, 0]


@PATIENT
@given(st.text() | st.text("$@.[]*?:,'\"()&|!=<>0a ").map(lambda text: "$" + text))
def test_any_target_is_a_jsonpath_or_a_document_error(target: str) -> None:
    """Whatever is written as a target, nothing but a DocumentError comes of it."""
    try:
        overlay.apply({"a": [{"b": "x"}], "b": {"a": 1}}, of({"target": target, "remove": True}))
    except DocumentError:
        pass


# RFC 9535 has no word for half of a character, and the library none for most control characters.
NAMES = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t'\"\\/~.[]$"), max_size=6)


@given(st.lists(NAMES | st.integers(0, 3), max_size=4))
@settings(deadline=None)
def test_the_path_to_a_node_selects_that_node(steps: list[str | int]) -> None:
    """Whatever the names on the way."""
    tree: Any = {"here": True}
    for step in reversed(steps):
        tree = {step: tree, f"{step}x": {}} if isinstance(step, str) else [*([{}] * step), tree]
    assert jsonpath.select(tree, jsonpath.path(tuple(steps)), jsonpath.Budget()) == {tuple(steps): {"here": True}}
