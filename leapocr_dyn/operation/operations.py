"""The operations of a document, by every name that they have."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Any

from leapocr_dyn.document import Document
from leapocr_dyn.document.repair import operations
from leapocr_dyn.document.workflow import Rule, Workflow
from leapocr_dyn.model import naming
from leapocr_dyn.model.convert import Converter
from leapocr_dyn.model.missing import Hint, keyed
from leapocr_dyn.operation.operation import Operation


class Operations(Mapping[str, Operation]):
    """The operations of a document: by Python name, by namespace.name, by operationId, or by (method, path).

    Iterating gives Python names, in the order of the document, and works nothing out; a name that several namespaces
    have stands for the first of them, and the others are listed as namespace.name.
    """

    def __init__(self, document: Document, converter: Converter, workflow: Workflow) -> None:
        self.document = document
        self.converter = converter
        self.workflow = workflow
        self._by_name: dict[str, Operation] = {}
        self._by_key: dict[Any, Operation] = {}
        by_place = {rule.at: rule for rule in workflow.operations.values() if rule.at}
        ids = {rule.at: name for name, rule in workflow.operations.items() if rule.at}
        found = []
        for path, method, node, place in operations(document.tree):
            at = f"{method.upper()} {path}"
            rule = workflow.operations.get(str(node.get("operationId"))) or by_place.get(at) or Rule()
            found.append((at, path, method, node, place, rule, ".".join(self._names(node, rule, workflow.tag))))
        # All at once: a document may have a hundred thousand operations. The namespace stands before the dot.
        names = naming.distinct((at, wanted) for at, *_, wanted in found)
        for at, path, method, node, place, rule, _ in found:
            namespace, _, name = names[at].partition(".")
            operation = Operation(document, converter, path, method, node, (namespace, name), rule, workflow)
            operation.place = place  # an additional operation stands deeper
            # The same name in another namespace: it is listed with that.
            self._by_name.setdefault(f"{namespace}.{name}" if name in self._by_name else name, operation)
            # What a workflow calls it stays a key, so that it is found after it lost its id.
            for key in (f"{namespace}.{name}", operation.id, ids.get(at), (method.upper(), path), at):
                if key is not None:
                    self._by_key.setdefault(key, operation)
        self.namespaces: dict[str, dict[str, Operation]] = {}
        for operation in dict.fromkeys(self._by_key.values()):
            self.namespaces.setdefault(operation.namespace, {})[operation.name] = operation

    @staticmethod
    def _names(node: Any, rule: Rule, tag: str | None) -> tuple[str, str]:
        if rule.name is not None:
            namespace, _, name = rule.name.partition(".")
            return namespace, name
        tags = [one for one in node.get("tags") or () if isinstance(one, str) and one != tag]
        own = str(node.get("operationId"))
        if not tags:
            return "default", naming.attribute(own)
        # repos/list, batch.create: people who name their operations like this mean the namespace.
        said = own.startswith((f"{tags[0]}.", f"{tags[0]}/")) and len(own) > len(tags[0]) + 1
        return naming.attribute(tags[0]), naming.attribute(own[len(tags[0]) + 1 :] if said else own)

    def __getitem__(self, key: Any) -> Operation:  # Any: a name, an operationId, or (method, path)
        if isinstance(key, tuple) and len(key) == 2:
            key = (str(key[0]).upper(), key[1])
        found = self._by_name.get(key) or self._by_key.get(key)
        if found is None:
            ids = [one.id for one in self._by_key.values()]
            raise KeyError(f"there is no operation {key!r}{naming.hint(str(key), [*self._by_name, *ids])}")
        return found

    def __iter__(self) -> Iterator[str]:
        return iter(self._by_name)

    def __len__(self) -> int:
        return len(self._by_name)

    def __contains__(self, key: object) -> bool:
        return key in self._by_name or key in self._by_key

    def _ipython_key_completions_(self) -> list[str]:
        return list(self)

    if not TYPE_CHECKING:
        __getattr__ = Hint(keyed)

    def __repr__(self) -> str:
        return f"<Operations {naming.some(self._by_name)}>"
