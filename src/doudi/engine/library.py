"""The policy library: documents with their dates and basis, and every clause with its state.

Grain: one ``Clause`` per numbered measure of a notice or cited article of another document.
A clause is ``works`` only for what this release really does; its note says what that is, or why not.
"""

import dataclasses
import datetime as dt
import functools
import pathlib
from typing import Any

from doudi.engine import packfiles
from doudi.kernel.errors import BadInput

STATES = {"works": "已实现", "planned": "已规划", "no_function": "无直接功能"}
DOCUMENT_KINDS = {"notice": "通知", "cited": "引用文件"}
_DOCUMENT = {
    "id", "title", "number", "issuer", "date", "since", "until", "place", "kind", "basis", "repeals", "addressees",
    "verified", "quality", "url", "note", "short",
}  # fmt: skip
_CLAUSE = {
    "id", "text", "section", "kind", "measure", "actor", "target", "condition", "groups", "features", "state", "note",
    "verified", "since", "until",
}  # fmt: skip


@dataclasses.dataclass(frozen=True)
class Document:
    """A notice or a document that rules cite."""

    id: str
    title: str
    number: str
    issuer: str
    date: dt.date
    since: dt.date
    until: dt.date | None
    place: str
    kind: str
    basis: tuple[str, ...]
    verified: bool
    quality: str
    url: str
    note: str
    short: str
    where: str

    def in_force(self, on: dt.date) -> bool:
        return self.since <= on and (self.until is None or on < self.until)

    @property
    def is_notice(self) -> bool:
        return self.kind == "notice"


@dataclasses.dataclass(frozen=True)
class Clause:
    """One measure or article; ``id`` is how rules, parameters and switches cite it."""

    id: str
    document: str
    title: str
    text: str
    section: str
    kind: str
    measure: str
    actor: str
    target: str
    condition: str
    groups: tuple[str, ...]
    features: tuple[str, ...]
    state: str
    note: str
    place: str
    is_notice: bool
    verified: bool
    since: dt.date
    until: dt.date | None
    where: str

    @property
    def number(self) -> str:
        return self.id.removeprefix(f"{self.document}-")

    @property
    def places(self) -> tuple[str, ...]:
        return (self.place,)

    @property
    def state_label(self) -> str:
        return STATES[self.state]

    def mentions(self, words: str) -> bool:
        """Tell whether every word stands in the clause, its measure, its number or its note."""
        held = " ".join((self.id, self.text, self.measure, self.section, self.note, self.title))
        return all(word in held for word in words.split())


@dataclasses.dataclass(frozen=True)
class Library:
    """All documents and clauses by id."""

    documents: dict[str, Document]
    clauses: dict[str, Clause]

    @property
    def notices(self) -> list[Clause]:
        """List the clauses of the notices, in their order."""
        return [clause for clause in self.clauses.values() if clause.is_notice]

    def of(self, document_id: str) -> list[Clause]:
        return [clause for clause in self.clauses.values() if clause.document == document_id]

    def search(self, words: str = "", state: str = "", document: str = "", notices_only: bool = True) -> list[Clause]:
        """Find clauses that contain all the words, by state and document."""
        return [
            clause
            for clause in self.clauses.values()
            if (not notices_only or clause.is_notice)
            and (not state or clause.state == state)
            and (not document or clause.document == document)
            and clause.mentions(words)
        ]

    def title_of(self, document_id: str) -> str:
        """Name a document with its number."""
        one = self.documents.get(document_id)
        if one is None:
            return document_id
        return f"{one.title}({one.number})" if one.number else one.title


def load(packs_root: pathlib.Path) -> list[Clause]:
    """Read all clauses; see :func:`read_library`."""
    return list(read_library(packs_root).clauses.values())


@functools.lru_cache(maxsize=4)
def read_library(packs_root: pathlib.Path) -> Library:
    """
    Read the documents and clauses of every pack.

    :raises BadInput: a clause id twice, a document without date, an unknown state or attribute.
    """
    documents: dict[str, Document] = {}
    clauses: dict[str, Clause] = {}
    problems = packfiles.Problems()
    for pack in packfiles.packs_in(packs_root):
        for path in sorted(pack.folder.glob("notices/*.yaml")):
            with problems.gathering():
                for body in _bodies(packfiles.read(path, packs_root)):
                    with problems.gathering():
                        _take(body, path, packs_root, pack.place, documents, clauses, problems)
    problems.refuse()
    return Library(documents, clauses)


def _bodies(content: Any) -> list[dict[str, Any]]:
    return content if isinstance(content, list) else [content]


def _take(
    body: dict[str, Any],
    path: pathlib.Path,
    root: pathlib.Path,
    place: str,
    documents: dict[str, Document],
    clauses: dict[str, Clause],
    problems: packfiles.Problems,
) -> None:
    where = str(packfiles.where_of(body, path, root))
    document = document_of(body.get("document") or {}, where, place)
    if document.id in documents:
        raise BadInput(f"文件 {document.id} 已在 {documents[document.id].where} 收录", where=where)
    documents[document.id] = document
    for row in body.get("clauses") or []:
        with problems.gathering():
            clause = clause_of(row, document, str(packfiles.where_of(row, path, root)))
            if clause.id in clauses:
                raise BadInput(
                    f"条款编号 {clause.id} 已在 {clauses[clause.id].where} 使用",
                    where=clause.where,
                    next_step="每个编号只能用一次,请改用新的编号",
                )
            clauses[clause.id] = clause


def document_of(row: dict[str, Any], where: str, place: str) -> Document:
    """Read one document.

    :raises BadInput: no id, title or date.
    """
    wrong = set(row) - _DOCUMENT - {packfiles.LINE}
    if wrong:
        raise BadInput(f"文件有不认识的属性 {'、'.join(sorted(wrong))}", where=where)
    name = row.get("id") or row.get("title") or "(未命名)"
    for field, label in (("id", "编号"), ("title", "标题")):
        if not row.get(field):
            raise BadInput(f"文件 {name} 没有{label}", where=where)
    date = packfiles.date_in(row, "date", where)
    if date is None:
        raise BadInput(f"文件 {name} 没有日期", where=where, next_step="写明成文日期 date: 2022-04-01")
    since = packfiles.date_in(row, "since", where) or date
    until = packfiles.date_in(row, "until", where)
    if until is not None and until <= since:
        raise BadInput(f"文件 {name} 的失效日期不晚于生效日期", where=where)
    kind = row.get("kind", "cited")
    if kind not in DOCUMENT_KINDS:
        raise BadInput(f"文件 {name} 的种类 {kind} 不认识", where=where)
    return Document(
        id=row["id"], title=row["title"], number=row.get("number", ""), issuer=row.get("issuer", ""), date=date,
        since=since, until=until, place=str(row.get("place", place)), kind=kind, basis=tuple(row.get("basis") or ()),
        verified=row.get("verified", True), quality=row.get("quality", ""), url=row.get("url", ""),
        note=row.get("note", ""), short=row.get("short", ""), where=where,
    )  # fmt: skip


def clause_of(row: dict[str, Any], document: Document, where: str) -> Clause:
    """Read one clause.

    :raises BadInput: wrong id, no text, unknown state, or a state without its note.
    """
    wrong = set(row) - _CLAUSE - {packfiles.LINE}
    if wrong:
        raise BadInput(f"条款有不认识的属性 {'、'.join(sorted(wrong))}", where=where)
    name = str(row.get("id", ""))
    if not name.startswith(f"{document.id}-") or not row.get("text"):
        raise BadInput(f"条款“{name}”应以 {document.id}- 开头,并有正文", where=where)
    state = row.get("state", "works" if not document.is_notice else "")
    if state not in STATES:
        raise BadInput(f"条款 {name} 的状态“{state}”不认识(可用:{'、'.join(STATES)})", where=where)
    if document.is_notice and not row.get("note"):
        raise BadInput(f"条款 {name} 没有说明做到了什么或为什么没有", where=where)
    return Clause(
        id=name, document=document.id, title=document.title, text=row["text"], section=row.get("section", ""),
        kind=row.get("kind", "引用"), measure=row.get("measure", ""), actor=row.get("actor", ""),
        target=row.get("target", ""), condition=row.get("condition", ""), groups=tuple(row.get("groups") or ()),
        features=tuple(row.get("features") or ()), state=state, note=row.get("note", ""), place=document.place,
        is_notice=document.is_notice, verified=row.get("verified", document.verified),
        since=packfiles.date_in(row, "since", where) or document.since,
        until=packfiles.date_in(row, "until", where) or document.until, where=where,
    )  # fmt: skip
