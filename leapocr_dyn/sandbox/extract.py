"""The structured format, as far as a machine without a language model can: a JSON Schema, filled from labelled lines.

A line such as "Total: 12.50" or "Due date   1 March 2026" has a label and a value. A property is found where a label
says its name or its title, whatever the case and whatever stands between the words. What was not found is said, by
name, and is not made up.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

Json = Any  # the border where a schema and its data cross
DEPTH = 10  # of nested objects
DATES = ("%Y-%m-%d", "%d.%m.%Y", "%d/%m/%Y", "%d %B %Y", "%d %b %Y", "%B %d, %Y", "%b %d, %Y")
YES, NO = {"yes", "true", "x", "1"}, {"no", "false", "-", "0"}


def extracted(text: str, schema: Json) -> tuple[dict[str, Json], list[str]]:
    """The data of a text, and the names of what was not found; nested names with dots."""
    lines = list(labelled(text))
    missing: list[str] = []
    return _object(lines, schema, "", missing, 0), missing


def labelled(text: str) -> Iterator[tuple[str, str]]:
    """Every (label, value) of a text, in order; a label is at most five words before a colon or a wide gap."""
    for line in text.splitlines():
        found = re.match(r"[\s>*#|-]*((?:[^\s:|]+ ?){1,5}?)\s*(?::|\s{3,}|\|)\s*(\S.*?)[\s*|]*$", line)
        if found:
            yield _plain(found[1]), found[2]


def _plain(label: str) -> str:
    """A label without case and without what stands between its words: dueDate, due_date and "Due Date:" are one."""
    return "".join(re.findall(r"[^\W_]", label)).casefold()


def _object(lines: list[tuple[str, str]], schema: Json, place: str, missing: list[str], depth: int) -> dict[str, Json]:
    properties = schema.get("properties") if isinstance(schema, dict) else None
    found: dict[str, Json] = {}
    for name, inner in properties.items() if isinstance(properties, dict) and depth < DEPTH else ():
        inner = inner if isinstance(inner, dict) else {}
        where = f"{place}.{name}" if place else name
        if "properties" in inner:
            nested = _object(lines, inner, where, missing, depth + 1)
            if nested:
                found[name] = nested
            continue
        wanted = {_plain(name), _plain(str(inner.get("title", name)))}
        values = [value for label, value in lines if label in wanted]
        value = _values(values, inner) if _kind(inner) == "array" else _first(values, inner)
        if value is None:
            missing.append(where)
        else:
            found[name] = value
    return found


def _values(texts: list[str], schema: Json) -> list[Json] | None:
    """Every value of a list: one for each line, or one line with commas."""
    items = schema.get("items")
    parts = [part for text in texts for part in re.split(r"\s*[,;]\s*", text) if part]
    values = [value for part in parts if (value := _value(part, items if isinstance(items, dict) else {})) is not None]
    return values or None


def _first(texts: list[str], schema: Json) -> Json:
    return next((value for text in texts if (value := _value(text, schema)) is not None), None)


def _value(text: str, schema: Json) -> Json:
    """A text as what the schema says, or None where it is none."""
    if isinstance(schema.get("enum"), list):
        return next((one for one in schema["enum"] if _plain(str(one)) == _plain(text)), None)
    kind = _kind(schema)
    if kind in ("number", "integer"):
        return _number(text, whole=kind == "integer")
    if kind == "boolean":
        word = text.strip().casefold()
        return True if word in YES else False if word in NO else None
    if kind == "string" and schema.get("format") in ("date", "date-time"):
        day = _day(text)
        return None if day is None else day.isoformat() + ("T00:00:00Z" if schema["format"] == "date-time" else "")
    return text if kind in ("string", None) else None


def _kind(schema: Json) -> str | None:
    kind = schema.get("type")
    if isinstance(kind, list):
        kind = next((one for one in kind if one != "null"), None)
    return kind if isinstance(kind, str) else None


def _number(text: str, *, whole: bool) -> Json:
    found = re.search(r"-?\d[\d.,' ]*", text)
    digits = re.sub(r"[' ]", "", found[0]).rstrip(".,") if found else ""
    # The last mark with one or two digits after it is the decimal one; every other one groups thousands.
    head, mark, tail = re.match(r"(.*?)(?:([.,])(\d{1,2}))?$", digits).groups("")  # type: ignore[union-attr]  # fits any text
    plain = re.sub(r"[.,]", "", head) + (f".{tail}" if mark else "")
    if not re.fullmatch(r"-?\d{1,15}(\.\d+)?", plain):
        return None
    number = float(plain)
    return int(number) if number.is_integer() and (whole or not mark) else None if whole else number


def _day(text: str) -> date | None:
    for form in DATES:
        try:
            return datetime.strptime(text.strip(), form).date()
        except ValueError:
            continue
    return None
