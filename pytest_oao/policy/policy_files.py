"""Policies that are written in files: found by their names, read, and put upon those that they extend."""

from dataclasses import dataclass, field
from functools import reduce
from pathlib import Path

from pytest_oao.errors import BadPolicy
from pytest_oao.model.suggestions import meant
from pytest_oao.policy.faults import Fault, Place
from pytest_oao.policy.policies import Policy
from pytest_oao.policy.policy_documents import Document
from pytest_oao.policy.policy_reading import policy_of
from pytest_oao.policy.policy_tables import FILE, tables
from pytest_oao.policy.policy_yaml import read_yaml

_SUFFIXES = (".yaml", ".yml")


def named_policy(text: str, root: Path) -> Policy:
    """Return a policy of `pyproject.toml` by its name, or of a YAML file by its path below a project's root.

    Raises BadPolicy, which names file, line and key, and what was meant.
    """
    project = _Project(root)
    return project.policy(project.document(text, root, ""), ())


@dataclass
class _Project:
    """The policies of a project, each read once."""

    root: Path
    _tables: dict[str, Document] | None = None
    _read: dict[str, Policy] = field(default_factory=dict)

    def document(self, text: str, folder: Path, where: str) -> Document:
        """Return what a name, or a path from a folder on, stands for; `where` is where it is written."""
        return self._file(folder / text, where) if text.endswith(_SUFFIXES) else self._table(text, where)

    def policy(self, document: Document, above: tuple[str, ...]) -> Policy:
        """Return a document as a policy, upon what it extends; `above` are those that are extended by it."""
        if document.source not in self._read:
            own = policy_of(document)
            bases = self._bases(document, (*above, document.source))
            try:
                self._read[document.source] = reduce(Policy.extended, (*bases, own))
            except Fault as fault:
                told = fault.place[:1] and fault.place[0] in document.values
                place = _names(fault.place) if told else ("extends",)
                raise fault.located(document.where(place)) from None
        return self._read[document.source]

    def _bases(self, document: Document, above: tuple[str, ...]) -> list[Policy]:
        bases = []
        for place, text in _extended(document):
            where = document.where(place)
            base = self.document(text, document.folder, where)
            if base.source in above:
                chain = " → ".join((*above[above.index(base.source) :], base.source))
                raise BadPolicy(f"extends goes in a circle: {chain}", where=where, remedy="drop one of them")
            bases.append(self.policy(base, above))
        return bases

    def _table(self, name: str, where: str) -> Document:
        if self._tables is None:
            self._tables = tables(self.root)
        if name not in self._tables:
            known = f"{FILE} has {', '.join(self._tables)}" if self._tables else f"{FILE} has no [tool.oao.policy.NAME]"
            remedy = f"{known}; a file is named by its path, which ends in .yaml"
            raise BadPolicy(f"unknown policy {name!r}{meant(name, self._tables)}", where=where or FILE, remedy=remedy)
        return self._tables[name]

    def _file(self, path: Path, where: str) -> Document:
        found = path.resolve()
        shown = _shown(found, self.root.resolve())
        if not found.is_file():
            beside = sorted(each.name for each in found.parent.glob("*.y*ml")) if found.parent.is_dir() else []
            remedy = f"beside it: {', '.join(beside)}" if beside else ""
            raise BadPolicy(f"there is no policy {shown}{meant(found.name, beside)}", where=where, remedy=remedy)
        values, lines = read_yaml(found, shown)
        return Document(found.stem, shown, shown, found.parent, values, lines)


def _shown(path: Path, root: Path) -> str:
    return path.relative_to(root).as_posix() if path.is_relative_to(root) else path.as_posix()


def _extended(document: Document) -> list[tuple[Place, str]]:
    """Return what a document extends, and where it says so."""
    told = document.values.get("extends", ())
    if told == []:
        raise BadPolicy("extends: the list is empty", where=document.where(("extends",)), remedy="leave the key out")
    many = told if isinstance(told, list | tuple) else [told]
    for number, each in enumerate(many):
        if not isinstance(each, str) or not each:
            remedy = f"write a name of {FILE}, a path that ends in .yaml, or a list of them"
            raise BadPolicy(f"extends: {each!r} is no name", where=document.where(("extends", number)), remedy=remedy)
    return [(("extends", number), each) for number, each in enumerate(many)]


def _names(place: Place) -> Place:
    """Return a place as far as it is the same in a policy and in the one that it is put upon: items move."""
    number = next((number for number, part in enumerate(place) if isinstance(part, int)), len(place))
    return place[:number]
