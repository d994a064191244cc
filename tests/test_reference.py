"""`$ref`: JSON Pointers, where they lead, and what can be reached through them."""

from __future__ import annotations

import copy
from typing import Any

import pytest
from documents import openapi
from hypothesis import given, settings
from hypothesis import strategies as st

from leapocr_dyn.api import load
from leapocr_dyn.document import reference
from leapocr_dyn.errors import DocumentError

TREE: dict[str, Any] = {
    "paths": {
        "/pets/{id}": {
            "get": {
                "parameters": [{"$ref": "#/components/parameters/Id"}],
                "responses": {
                    "200": {"schema": {"$ref": "#/components/schemas/Pet"}},
                    "default": {"$ref": "#/x/Error"},
                },
            }
        }
    },
    "components": {
        "parameters": {"Id": {"name": "id"}},
        "schemas": {
            "Pet": {"type": "object", "properties": {"owner": {"$ref": "#/components/schemas/Owner"}}},
            "Owner": {"type": "object", "properties": {"pets": {"items": {"$ref": "#/components/schemas/Pet"}}}},
            "Alias": {"$ref": "#/components/schemas/Pet"},
            "Lonely": {"type": "string"},
        },
    },
    "x": {"Error": {"description": "no"}},
}

# --- pointers ---


# RFC 6901 section 5, with the fragment forms of section 6.
@pytest.mark.parametrize(
    ("pointer", "fragment", "steps"),
    [
        ("", "#", ()),
        ("/foo", "#/foo", ("foo",)),
        ("/foo/0", "#/foo/0", ("foo", "0")),
        ("/", "#/", ("",)),
        ("/a~1b", "#/a~1b", ("a/b",)),
        ("/c%d", "#/c%25d", ("c%d",)),
        ("/g|h", "#/g%7Ch", ("g|h",)),
        ("/ ", "#/%20", (" ",)),
        ("/m~0n", "#/m~0n", ("m~n",)),
        ("/m~01n", "#/m~01n", ("m~1n",)),
        ("/größe", "#/gr%C3%B6%C3%9Fe", ("größe",)),
    ],
)
def test_a_pointer_has_a_plain_and_a_fragment_form(pointer: str, fragment: str, steps: tuple[str, ...]) -> None:
    """Both forms have the same steps; only the fragment is percent-decoded."""
    assert reference.tokens(pointer) == reference.tokens(fragment) == steps
    assert reference.pointer(*steps) == pointer


@pytest.mark.parametrize("text", ["Pet", "#Pet", "a/b", "/a~", "/a~2", "#/%ff", "#foo/bar"])
def test_what_is_no_pointer_is_refused(text: str) -> None:
    """A name, an anchor or a lonely ~ is no JSON Pointer."""
    with pytest.raises(DocumentError, match="is not a JSON Pointer"):
        reference.tokens(text)


def test_a_pointer_leads_through_objects_and_arrays() -> None:
    """Steps are names in objects and indexes in arrays; the empty pointer is the whole."""
    assert reference.resolve(TREE, "#/paths/~1pets~1%7Bid%7D/get/parameters/0") == {
        "$ref": "#/components/parameters/Id"
    }
    assert reference.resolve(TREE, "") is TREE
    assert reference.resolve({"": {"200": 1}}, "//200") == 1


@pytest.mark.parametrize(
    ("pointer", "why"),
    [
        ("/components/schemas/Pets", "there is no 'Pets' in #/components/schemas: did you mean 'Pet'?"),
        ("/component", "there is no 'component' in #: did you mean 'components'?"),
        ("/zzz", "there is no 'zzz' in #"),
        ("/x/Error/description/0", "there is no object at #/x/Error/description"),
        ("/paths/~1pets~1{id}/get/parameters/1", "the array at #/paths/~1pets~1{id}/get/parameters has 1 items"),
        ("/paths/~1pets~1{id}/get/parameters/00", "has 1 items"),
        ("/paths/~1pets~1{id}/get/parameters/-", "has 1 items"),
        ("/paths/~1pets~1{id}/get/parameters/-1", "has 1 items"),
        ("/paths/~1pets~1{id}/get/parameters/²", "has 1 items"),
        ("/paths/~1pets~1{id}/get/parameters/" + "9" * 9999, "has 1 items"),
    ],
)
def test_a_pointer_that_leads_nowhere_says_at_which_step(pointer: str, why: str) -> None:
    """The message names the pointer, the step that is missing, and a name that is close."""
    with pytest.raises(DocumentError) as caught:
        reference.resolve(TREE, pointer)
    assert str(caught.value).startswith(f"{pointer} leads nowhere: ")
    assert why in str(caught.value)


# --- following ---


def test_a_node_without_a_reference_stands_for_itself() -> None:
    """Following what is no reference gives it back, with the pointer it came with."""
    node = TREE["components"]["schemas"]["Lonely"]
    assert reference.follow(TREE, node, "/here") == (node, "/here")
    assert reference.follow(TREE, True, "/here") == (True, "/here")


@pytest.mark.parametrize("at", ["/paths/x", "#/paths/x"])
def test_references_are_followed_to_their_end(at: str) -> None:
    """A chain of references ends at what is none, whose pointer comes in its plain form."""
    located = reference.follow(TREE, {"$ref": "#/components/schemas/Alias"}, at)
    assert located.value is TREE["components"]["schemas"]["Pet"]
    assert located.pointer == "/components/schemas/Pet"


@pytest.mark.parametrize(
    ("beside", "pointer"),
    [
        ({"description": "mine"}, "/components/schemas/Pet"),
        ({"summary": "s", "title": "t", "x-order": 1}, "/components/schemas/Pet"),
        ({"nullable": True}, "/here"),
        ({"description": "mine", "minProperties": 1}, "/here"),
    ],
)
def test_what_stands_beside_a_reference_wins(beside: dict[str, object], pointer: str) -> None:
    """Siblings are laid over the target in a new dict; remarks leave it the target, any other keyword makes it new."""
    before = repr(TREE)
    located = reference.follow(TREE, {"$ref": "#/components/schemas/Pet", **beside}, "/here")
    assert located.value == {**TREE["components"]["schemas"]["Pet"], **beside}
    assert located.pointer == pointer
    assert repr(TREE) == before


def test_what_joins_is_joined() -> None:
    """Properties beside a `$ref` come to those of its target: both hold, as parts of an `allOf`."""
    beside = {"$ref": "#/components/schemas/Pet", "properties": {"age": {}}, "allOf": [{"title": "x"}]}
    both = [{"$ref": "#/components/schemas/Pet"}, {"title": "x"}]
    assert reference.follow(TREE, beside, "/here") == ({"properties": {"age": {}}, "allOf": both}, "/here")
    tree = {"a": {"$ref": "#/b", "required": ["a"]}, "b": {"$ref": "#/c%25", "required": ["b"]}, "c%": {"required": []}}
    assert reference.follow(tree, tree["a"], "/a").value == {"required": ["a"], "allOf": [{"$ref": "#/b"}]}
    assert reference.follow(tree, tree["b"], "/b").value == {"required": ["b"], "allOf": [{"$ref": "#/c%25"}]}


def test_properties_beside_a_reference_extend_the_model() -> None:
    """The model has those of both."""
    base = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
    more = {"$ref": "#/components/schemas/Base", "properties": {"age": {"type": "integer"}}, "required": ["age"]}
    extended = load(openapi({"Base": base, "More": more})).models["More"](name="Rex", age=3)
    assert extended.to_dict() == {"name": "Rex", "age": 3}


def test_the_outer_of_two_siblings_wins() -> None:
    """Along a chain, the node that was asked for has the last word, and the outermost change names the result."""
    tree = {
        "a": {"$ref": "#/b", "description": "a"},
        "b": {"$ref": "#/c", "description": "b", "minimum": 1},
        "c": {"minimum": 0},
    }
    assert reference.follow(tree, tree["a"], "/a") == ({"minimum": 1, "description": "a"}, "/b")


def test_a_boolean_schema_stays_one() -> None:
    """Nothing can be laid over true or false."""
    assert reference.follow({"a": True}, {"$ref": "#/a", "description": "any"}, "/b") == (True, "/a")


def test_a_property_may_be_called_ref() -> None:
    """A `$ref` that holds no text is a name like others."""
    node = {"$ref": {"type": "string"}}
    assert not reference.is_reference(node)
    assert reference.follow({}, node, "/p") == (node, "/p")


def test_references_that_only_lead_to_each_other_are_a_loop() -> None:
    """A loop is told from its first step to where it closes."""
    tree = {"a": {"$ref": "#/b"}, "b": {"$ref": "#/c"}, "c": {"$ref": "#/b"}}
    with pytest.raises(DocumentError, match="#/a -> #/b -> #/c -> #/b"):
        reference.follow(tree, tree["a"], "/a")
    with pytest.raises(DocumentError, match="#/a -> #/a"):
        reference.follow({"a": {"$ref": "#/a"}}, {"$ref": "#/a"}, "/a")


@pytest.mark.parametrize("ref", ["other.yaml", "./other.yaml#/a", "https://x.test/a", "file:///etc/passwd", "//x", ""])
def test_a_reference_out_of_the_document_is_not_followed(ref: str) -> None:
    """Files and URLs that a document names are neither read nor fetched, and the message says so."""
    with pytest.raises(DocumentError, match="are not followed by default"):
        reference.follow(TREE, {"$ref": ref}, "/here")


# --- finding ---


def test_references_come_in_the_order_of_the_document() -> None:
    """Every reference below a node is found, as it is written."""
    assert list(reference.references(TREE["paths"])) == [
        *("#/components/parameters/Id", "#/components/schemas/Pet", "#/x/Error"),
    ]


@pytest.mark.parametrize("keyword", ["example", "examples", "default", "enum", "const"])
def test_a_reference_in_data_is_text(keyword: str) -> None:
    """What an example or a default holds is no part of the description."""
    data = {"schema": {keyword: [{"$ref": "#/a"}], "items": {"$ref": "#/b"}}}
    assert list(reference.references(data)) == ["#/b"]


@pytest.mark.parametrize("name", ["example", "examples", "default", "enum", "const", "properties"])
def test_a_property_may_have_a_keywords_name(name: str) -> None:
    """In a map from names, `default` is a response and `enum` a property."""
    for keyword in ("properties", "responses", "schemas", "$defs", "headers", "callbacks"):
        assert list(reference.references({keyword: {name: {"$ref": "#/a"}}})) == ["#/a"]


def test_named_examples_may_be_shared() -> None:
    """A Media Type's example that refers to a component is a reference; what an example's value holds is not."""
    examples = {"a": {"$ref": "#/components/examples/A"}, "b": {"value": {"$ref": "#/c"}}, "c": {"$ref": "#/elsewhere"}}
    assert list(reference.references({"examples": examples})) == ["#/components/examples/A"]


def test_a_discriminator_refers_to_schemas() -> None:
    """A mapping entry that is written as a reference is one."""
    schema = {"discriminator": {"propertyName": "kind", "mapping": {"cat": "#/components/schemas/Cat", "dog": "Dog"}}}
    assert list(reference.references(schema)) == ["#/components/schemas/Cat"]


def test_a_closure_is_all_that_can_be_reached() -> None:
    """Circles end, either form of pointer may start, and what nothing refers to stays away."""
    reached = reference.closure(TREE, ["#/paths/~1pets~1%7Bid%7D", "/x/Error"])
    assert reached == {
        *("/paths/~1pets~1{id}", "/components/parameters/Id", "/x/Error"),
        *("/components/schemas/Pet", "/components/schemas/Owner"),
    }


def test_a_reference_that_leads_nowhere_does_not_stop_a_closure() -> None:
    """One dangling or remote reference is left out, and said by whoever resolves it."""
    tree = {"a": [{"$ref": "#/nowhere"}, {"$ref": "other.yaml"}, {"$ref": "#b"}, {"$ref": "#/c"}], "c": 1}
    assert reference.closure(tree, ["/a", "/nowhere", "b"]) == {"/a", "/c"}


def test_depth_is_no_danger() -> None:
    """Neither a deep tree nor a long chain of references meets Python's recursion limit; the longest is refused."""
    deep: dict[str, Any] = {"$ref": "#/end"}
    for _ in range(50_000):
        deep = {"items": deep}
    assert list(reference.references(deep)) == ["#/end"]
    chain: dict[str, Any] = {str(n): {"$ref": f"#/{n + 1}"} for n in range(50_000)} | {"50000": 1}
    assert reference.follow(chain, chain["49900"], "/49900") == (1, "/50000")
    with pytest.raises(DocumentError, match="#/0 leads on through more than 100 references"):
        reference.follow(chain, chain["0"], "/0")
    while deep:  # to free it at once would recurse
        deep = deep.get("items", {})


# --- properties ---

# A slow machine is no mistake.
PATIENT = settings(deadline=None, max_examples=50)

STEPS = st.lists(st.text() | st.sampled_from(["~", "/", "~1", "~01", "", "%2F", "#"])).map(tuple)


@PATIENT
@given(STEPS)
def test_a_pointer_says_its_steps_again(steps: tuple[str, ...]) -> None:
    """The steps of the pointer that was made of some steps are these steps."""
    assert reference.tokens(reference.pointer(*steps)) == steps
    assert reference.tokens(reference.fragment(reference.pointer(*steps))) == steps


@PATIENT
@given(STEPS, st.integers())
def test_a_pointer_finds_what_was_put_there(steps: tuple[str, ...], value: int) -> None:
    """What lies below any names is found by their pointer."""
    tree: object = value
    for step in reversed(steps):
        tree = {step: tree}
    assert reference.resolve(tree, reference.pointer(*steps)) == value


@PATIENT
@given(st.text())
def test_any_text_is_a_pointer_or_a_document_error(text: str) -> None:
    """Whatever is written as a pointer, nothing but a DocumentError comes of it."""
    for attempt in (reference.tokens, lambda text: reference.resolve(TREE, text), reference.local):
        try:
            attempt(text)
        except DocumentError:
            pass


REFS = st.sampled_from([*(f"#/{name}" for name in "abcd"), "#/a/0", "#/b/k", "other.yaml", "#", "#/nowhere"])
NODES = st.recursive(
    st.none() | st.fixed_dictionaries({"$ref": REFS}, optional={"description": st.just("d"), "k": st.integers()}),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from("abk"), inner, max_size=3),
)


@PATIENT
@given(st.dictionaries(st.sampled_from("abcd"), NODES))
def test_any_tangle_is_followed_or_refused(tree: dict[str, Any]) -> None:
    """Following ends for every tangle of references, and a closure holds only what can be resolved."""
    for pointer in reference.closure(tree, ["", *(f"/{name}" for name in tree)]):
        try:
            located = reference.follow(tree, reference.resolve(tree, pointer), pointer)
        except DocumentError:
            continue
        assert not reference.is_reference(located.value)


WORDS = st.sampled_from(["$ref", "nullable", "default", "properties", "items", "type"])
TREES = st.recursive(
    st.none() | st.booleans() | st.integers(0, 2) | st.sampled_from(["#/a", ""]),
    lambda below: st.lists(below, max_size=3) | st.dictionaries(WORDS, below, max_size=4),
    max_leaves=30,
)


@PATIENT
@given(TREES, st.booleans())
def test_what_is_reworded_is_what_a_changed_copy_would_be(tree: Any, named: bool) -> None:
    """Sharing changes no result: the same tree as from a whole copy, and the given one stays as it was."""

    def change(new: dict[str, Any]) -> None:
        if new.pop("nullable", None):
            new["type"] = [new.get("type"), "null"]

    def changed(node: dict[str, Any]) -> dict[str, Any]:
        if "nullable" in node:
            change(node := {**node})
        return node

    before = copy.deepcopy(tree)
    assert reference.reworded(tree, changed, named) == reference.rewritten(tree, change, named)
    assert tree == before


def test_what_is_not_reworded_is_shared() -> None:
    """Only the way down to a change is new: beside it, and where there is none, stand the same objects."""
    tree: dict[str, Any] = {"a": [{"b": {}}, {"old": 1}], "c": {"d": [{}]}}
    new = reference.reworded(tree, lambda node: {"new": node["old"]} if "old" in node else node)
    assert new == {"a": [{"b": {}}, {"new": 1}], "c": {"d": [{}]}}
    assert new["c"] is tree["c"]
    assert new["a"][0] is tree["a"][0]
    assert reference.reworded(tree, lambda node: node) is tree
