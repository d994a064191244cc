"""What published documents say, read without the engine, so that others can judge what the engine makes of them.

Theory of operation. Each document is loaded twice: by the engine, and as plain JSON, in which published.py finds
operations, parameters and bodies on its own, so that nothing the engine loses or misreads is lost here too. Values are
made from the published schemas (tests/generate.py) and are judged by jsonschema before the engine sees them; so an
engine that refuses one, or sends something else, is wrong. What comes out is judged again: JSON bodies by jsonschema
against the published schema, forms and multipart by the standard library, styles by uritemplate (RFC 6570), and whole
requests of a sample by openapi-core. Answers go the other way: a value made from the schema is read, and has to come
back the same, without being called a surprise.

Published documents are wrong, too. What is meant is told by the first word of a reason: `engine` (ours to mend),
`document` (no request can be right), `generator` (no value was found that jsonschema accepts), `checker` (cannot tell).
"""

import sys
from pathlib import Path

# tests/generate.py makes the values.
sys.path.insert(0, str(Path(__file__).resolve().parents[2] / "tests"))
