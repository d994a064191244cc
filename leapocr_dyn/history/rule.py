"""What can change in a document, and what each change means for a client: one table.

A severity is for a client that takes the new document and goes on calling by the names and arguments that it used, and
reading the fields that it read:

    none       it cannot notice, or less is asked of it
    addition   there is more that it may send, or may meet
    risky      the same call may do something else, or be refused
    breaking   a call or a field that it used is gone, or what it sent is refused

A request that demands more breaks those who send it, a response that promises less those who read it; so most rules
have two severities. Responses are read leniently here: a field that may be missing or null, and a value that was not
in the list, break nobody, and are additions.
"""

from __future__ import annotations

from typing import NamedTuple

from leapocr_dyn.history.meaning import LOWER, UPPER
from leapocr_dyn.model.naming import words

NONE, ADDITION, RISKY, BREAKING = SEVERITIES = ("none", "addition", "risky", "breaking")


class Rule(NamedTuple):
    """One kind of change. said: the sentence, with {name}, with {was} and {now} as words, {from} and {to} as values.

    request, response: the severity in each direction; what has none is as severe wherever it is.
    """

    said: str
    request: str
    response: str

    def severity(self, direction: str, error: bool = False) -> str:
        """How severe it is for a client. error: in the response to a failure, which is read as plain JSON."""
        found = self.response if direction == "response" else self.request
        return RISKY if error and found == BREAKING else found


def kebab(keyword: str) -> str:
    """How rules spell a keyword: maxLength is max-length."""
    return "-".join(words(keyword)).lower()


def _limits() -> dict[str, Rule]:
    found = {}
    for keyword in (*LOWER, *UPPER):
        tighter, looser = ("raised", "lowered") if keyword in LOWER else ("lowered", "raised")
        found[f"{kebab(keyword)}-{tighter}"] = Rule(f"{keyword} {tighter} from {{was}} to {{now}}", BREAKING, NONE)
        found[f"{kebab(keyword)}-{looser}"] = Rule(f"{keyword} {looser} from {{was}} to {{now}}", NONE, ADDITION)
    return found


def _everywhere(severity: str, said: str) -> Rule:
    return Rule(said, severity, severity)


RULES: dict[str, Rule] = {
    # operations
    "operation-added": _everywhere(ADDITION, "is new"),
    "operation-removed": _everywhere(BREAKING, "is gone"),
    "operation-moved": _everywhere(NONE, "moved from {was} to {now}"),
    "operation-moved-with-arguments": _everywhere(BREAKING, "moved from {was} to {now}, which takes other arguments"),
    "operation-method-changed": _everywhere(RISKY, "is sent with {now}, no longer with {was}"),
    "operation-renamed": _everywhere(BREAKING, "is called {now}, no longer {was}"),
    "operation-id-changed": _everywhere(NONE, "has the operationId {now}, no longer {was}; its Python name stays"),
    "operation-deprecated": _everywhere(NONE, "is deprecated"),
    "operation-reactivated": _everywhere(NONE, "is no longer deprecated"),
    "tag-added": _everywhere(ADDITION, "carries the tag {name}"),
    "tag-removed": _everywhere(RISKY, "no longer carries the tag {name}, and may stand in another namespace"),
    "tag-lost": _everywhere(BREAKING, "is still there, but lost the tag {name}, by which it was chosen"),
    "tag-order-changed": _everywhere(RISKY, "has {now} for its first tag, no longer {was}, and may stand there"),
    "server-changed": _everywhere(RISKY, "has the server {now}, no longer {was}"),
    # security
    "security-required": _everywhere(BREAKING, "needs {now}, and needed nothing"),
    "security-dropped": _everywhere(NONE, "needs no credentials any more"),
    "security-changed": _everywhere(BREAKING, "needs {now}, no longer {was}"),
    "security-alternative-added": _everywhere(ADDITION, "also takes {now}"),
    "security-alternative-removed": _everywhere(RISKY, "no longer takes {was}; other credentials still do"),
    "security-scopes-changed": _everywhere(RISKY, "wants other scopes of {now}"),
    # parameters
    "parameter-added": _everywhere(ADDITION, "is new"),
    "parameter-added-required": _everywhere(BREAKING, "is new, and required"),
    "parameter-removed": _everywhere(BREAKING, "is gone"),
    "parameter-renamed": _everywhere(BREAKING, "is called {now}, no longer {was}"),
    "parameter-relocated": _everywhere(NONE, "goes into the {now}, no longer into the {was}"),
    "parameter-required": _everywhere(BREAKING, "is now required"),
    "parameter-optional": _everywhere(NONE, "is no longer required"),
    "parameter-deprecated": _everywhere(NONE, "is deprecated"),
    "parameter-reactivated": _everywhere(NONE, "is no longer deprecated"),
    "encoding-changed": _everywhere(NONE, "is written in another way: {now}, no longer {was}"),
    # bodies and responses
    "body-added": _everywhere(ADDITION, "may be sent"),
    "body-added-required": _everywhere(BREAKING, "must be sent, and was not there"),
    "body-removed": _everywhere(BREAKING, "is gone"),
    "body-required": _everywhere(BREAKING, "is now required"),
    "body-optional": _everywhere(NONE, "is no longer required"),
    "arguments-collide": _everywhere(BREAKING, "has a field called like a parameter, {name}: no field is an argument"),
    "media-type-added": _everywhere(ADDITION, "{name} is offered, too"),
    "media-type-removed": _everywhere(BREAKING, "{name} is gone"),
    "media-type-renamed": _everywhere(RISKY, "{was} is called {now}"),
    "response-added": _everywhere(ADDITION, "is new"),
    "response-removed": _everywhere(BREAKING, "is gone"),
    "response-status-changed": _everywhere(NONE, "comes with the status {now}, no longer {was}"),
    "error-response-removed": _everywhere(NONE, "is no longer described"),
    "header-added": _everywhere(ADDITION, "is new"),
    "header-removed": _everywhere(RISKY, "is gone"),
    "header-required": _everywhere(NONE, "is always there"),
    "header-optional": _everywhere(ADDITION, "may be missing"),
    "header-deprecated": _everywhere(NONE, "is deprecated"),
    "header-reactivated": _everywhere(NONE, "is no longer deprecated"),
    # schemas
    "schema-added": Rule("is no longer just anything, but {now}", BREAKING, RISKY),
    "schema-removed": Rule("is no longer described: anything, and no longer {was}", BREAKING, BREAKING),
    "type-changed": Rule("is {now}, no longer {was}", BREAKING, BREAKING),
    "type-widened": Rule("may be {now}, no longer just {was}", NONE, BREAKING),
    "type-narrowed": Rule("may only be {now}, no longer {was}", BREAKING, NONE),
    "null-added": Rule("may be null", NONE, ADDITION),
    "null-removed": Rule("may no longer be null", BREAKING, NONE),
    "enum-added": Rule("takes only some values: {to}", BREAKING, NONE),
    "enum-removed": Rule("takes any value, no longer just {from}", NONE, ADDITION),
    "enum-value-added": Rule("may be {to}", ADDITION, ADDITION),
    "enum-value-removed": Rule("may no longer be {from}", BREAKING, NONE),
    "enum-name-changed": Rule("{name} is called {now} in code, no longer {was}", RISKY, RISKY),
    "format-changed": Rule("has the format {now}, no longer {was}", RISKY, NONE),
    "python-type-changed": Rule("has the format {now}, no longer {was}: another type in Python", RISKY, BREAKING),
    "default-added": Rule("is {to} where nothing is given", RISKY, NONE),
    "default-removed": Rule("is no longer {from} where nothing is given", RISKY, NONE),
    "default-changed": Rule("is {to} where nothing is given, no longer {from}", RISKY, NONE),
    **_limits(),
    "constraint-added": Rule("must satisfy {name}: {to}", BREAKING, NONE),
    "constraint-removed": Rule("need no longer satisfy {name}: {from}", NONE, ADDITION),
    "constraint-changed": Rule("must satisfy another {name}: {to}, no longer {from}", RISKY, ADDITION),
    "model-added": Rule("has fields, and is a model in Python, no dict", NONE, RISKY),
    "property-added": Rule("{name} is new", ADDITION, ADDITION),
    "property-added-required": Rule("{name} is new, and required", BREAKING, ADDITION),
    "property-removed": Rule("{name} is gone", BREAKING, BREAKING),
    "required-added": Rule("{name} is now required", BREAKING, NONE),
    "required-removed": Rule("{name} is no longer required", NONE, ADDITION),
    "read-only-added": Rule("is only read, and no longer sent", BREAKING, NONE),
    "read-only-removed": Rule("may be sent, too", ADDITION, NONE),
    "write-only-added": Rule("is only sent, and no longer answered", NONE, BREAKING),
    "write-only-removed": Rule("is answered, too", NONE, ADDITION),
    "object-closed": Rule("takes no other properties any more", BREAKING, NONE),
    "object-opened": Rule("may have other properties", NONE, ADDITION),
    "option-added": Rule("may be {now}, too", ADDITION, RISKY),
    "option-removed": Rule("may no longer be {was}", BREAKING, NONE),
    "discriminator-changed": Rule("is told apart by {now}, no longer by {was}", RISKY, RISKY),
    "schema-deprecated": Rule("is deprecated", NONE, NONE),
    "schema-reactivated": Rule("is no longer deprecated", NONE, NONE),
}
