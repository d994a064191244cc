"""What is wrong with a value that is about to be sent, by JSON Schema (draft 2020-12).

Sending is strict: what a schema forbids is found here, with the path to it, before anything leaves. A property that an
object schema does not list is refused too, unless the schema says that there may be others: servers drop it in silence.
How a schema is asked, and what that may cost, is evaluation.py's; what the keywords say, assertion.py's and
applicator.py's.
"""

from __future__ import annotations

from collections.abc import Iterator

from leapocr_dyn.document import Document
from leapocr_dyn.model import applicator, assertion
from leapocr_dyn.model.evaluation import NOTHING, Problem, Work, ask
from leapocr_dyn.model.type import Schema
from leapocr_dyn.model.value import Json

# In this order: a value is judged before its parts are, and `unevaluated...` hears what all the others have said.
KEYWORDS = {
    keyword: (rank, check)
    for rank, (keyword, check) in enumerate({**assertion.KEYWORDS, **applicator.KEYWORDS}.items())
}


def problems(document: Document, schema: Schema, place: str, value: Json, path: str = "") -> Iterator[Problem]:
    """Everything that the schema at `place` forbids in the value, outermost first, each thing once."""
    said: set[Problem] = set()
    for problem in ask(Work(document, KEYWORDS), schema, place, value, path, NOTHING):
        if problem not in said:
            said.add(problem)
            yield problem
