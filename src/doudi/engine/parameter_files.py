"""Reads the parameter files of the packs: values as published, turned into fen a month.

A value is written as its notice says it ("669 元/月", "4395 元/年") with its source; what is wrong
is named with file and line.
"""

import dataclasses
import pathlib
import re
from decimal import Decimal
from typing import Any

from doudi.engine import library, packfiles
from doudi.engine.packfiles import Pack
from doudi.engine.parameters import LEVELS, Declaration, ParameterBook, ParameterRow
from doudi.kernel import codes
from doudi.kernel.errors import BadInput

YEARLY_ROUNDING = "yearly_rounding_fen"
_AMOUNT = re.compile(r"(\d+(?:\.\d{1,2})?)\s*元(?:/(?:人·)?(月|年))?")
_FIELDS = {"place", "from", "until", "known", "value", "urban", "rural", "source", "verified", "quality", "note"}
_DECLARED = {"label", "unit", "set_by", "legal", "low", "high", "about", "values"}


@dataclasses.dataclass(frozen=True)
class _Source:
    title: str
    url: str
    quality: str
    verified: bool


@dataclasses.dataclass(frozen=True)
class _Written:
    """A value as it stands in a file, before its parameter is known."""

    pack: Pack
    name: str
    row: dict[str, Any]
    where: str


def load(packs_root: pathlib.Path) -> ParameterBook:
    """Read every ``params.yaml`` of every pack.

    :raises BadInput: names file and line.
    """
    packs = packfiles.packs_in(packs_root)
    texts = library.read_library(packs_root)
    sources = {
        one.id: _Source(texts.title_of(one.id), one.url, one.quality, one.verified) for one in texts.documents.values()
    }
    declarations: dict[str, Declaration] = {}
    written: list[_Written] = []
    problems = packfiles.Problems()
    for pack in packs:
        with problems.gathering():
            sources |= _sources(pack, packs_root)
        for path in sorted(pack.folder.rglob("params.yaml")):
            with problems.gathering():
                written += _read_file(path, pack, packs_root, declarations)
    rows: list[ParameterRow] = []
    for one in sorted(written, key=lambda one: one.name != YEARLY_ROUNDING):
        with problems.gathering():
            if one.name not in declarations:
                raise BadInput(f"参数 {one.name} 没有声明", where=one.where, next_step="先在 packs/cn 里写明名称和单位")
            rows += _rows(declarations[one.name], one.pack, one.row, one.where, sources, _yearly_unit(rows))
    problems.refuse()
    return ParameterBook(declarations.values(), rows, packs)


def _read_file(
    path: pathlib.Path, pack: Pack, root: pathlib.Path, declarations: dict[str, Declaration]
) -> list[_Written]:
    """Take the declarations of a file into ``declarations``; give its values."""
    found: list[_Written] = []
    for name, body in (packfiles.read(path, root) or {}).items():
        if name == packfiles.LINE:
            continue
        where = str(packfiles.where_of(body, path, root))
        if not isinstance(body, dict) or set(body) - _DECLARED - {packfiles.LINE}:
            raise BadInput(f"参数 {name} 有不认识的属性", where=where)
        if "label" in body:
            if name in declarations:
                raise BadInput(f"参数 {name} 已在 {declarations[name].where} 声明", where=where)
            programme = path.parent.name if path.parent != pack.folder else ""
            declarations[name] = _declaration(name, body, programme, where)
        for row in body.get("values") or []:
            found.append(_Written(pack, name, row, str(packfiles.where_of(row, path, root))))
    return found


def _yearly_unit(rows: list[ParameterRow]) -> int:
    """Say to which multiple of fen a twelfth of a yearly figure is rounded up."""
    return next((row.value or 1 for row in rows if row.name == YEARLY_ROUNDING), 1)


def _sources(pack: Pack, root: pathlib.Path) -> dict[str, _Source]:
    path = pack.folder / "sources.yaml"
    if not path.exists():
        return {}
    return {
        key: _Source(row["title"], row.get("url", ""), row.get("quality", ""), row.get("verified", True))
        for key, row in packfiles.read(path, root).items()
        if key != packfiles.LINE
    }


def _declaration(name: str, body: dict[str, Any], programme: str, where: str) -> Declaration:
    levels = body.get("set_by") or []
    wrong = [level for level in levels if level not in LEVELS]
    if wrong:
        raise BadInput(f"参数 {name} 的 set_by 不认识 {wrong[0]}", where=where)
    return Declaration(
        name=name,
        label=body["label"],
        unit=body.get("unit", ""),
        set_by=tuple(LEVELS[level] for level in levels),
        legal=body.get("legal", ""),
        low=body.get("low", 0),
        high=body.get("high"),
        about=body.get("about", ""),
        programme=programme,
        where=where,
    )


def _rows(
    about: Declaration, pack: Pack, row: dict[str, Any], where: str, sources: dict[str, _Source], yearly: int
) -> list[ParameterRow]:
    wrong = set(row) - _FIELDS - {packfiles.LINE}
    if wrong:
        raise BadInput(f"参数 {about.name} 有不认识的属性 {'、'.join(sorted(map(str, wrong)))}", where=where)
    since, until = packfiles.date_in(row, "from", where), packfiles.date_in(row, "until", where)
    if since is None:
        raise BadInput(f"参数 {about.name} 的一个值没有写 from", where=where)
    if until is not None and until <= since:
        raise BadInput(f"参数 {about.name} 的 until 不晚于 from", where=where)
    known = packfiles.date_in(row, "known", where) or since
    source, clause = _source_of(row, about, where, sources)
    given = row.get("place", pack.place)
    places = [codes.check(str(place)) for place in (given if isinstance(given, list) else [given])]
    outside = next((place for place in places if not codes.contains(pack.place, place)), None)
    if outside is not None:
        raise BadInput(f"{outside} 不在政策包 {pack.name} 的范围", where=where)
    found = []
    for key, area in (("value", ""), ("urban", "urban"), ("rural", "rural")):
        if key not in row:
            continue
        value, published = amount_of(row[key], about, where, yearly)
        for place in places:
            found.append(
                ParameterRow(
                    name=about.name, place=place, area=area, value=value, since=since, until=until, known_on=known,
                    document=source.title, clause=clause, verified=bool(row.get("verified", source.verified)),
                    quality=str(row.get("quality", source.quality)), url=source.url, note=row.get("note", ""),
                    published=published, where=where,
                )
            )  # fmt: skip
    if not found:
        raise BadInput(f"参数 {about.name} 的一个值没有写 value、urban 或 rural", where=where)
    return found


def _source_of(row: dict[str, Any], about: Declaration, where: str, sources: dict[str, _Source]) -> tuple[_Source, str]:
    given = row.get("source")
    if isinstance(given, str) and given in sources:
        return sources[given], ""
    if isinstance(given, dict) and "clause" in given:
        clause = str(given["clause"])
        if clause.split("-")[0] in sources:
            return sources[clause.split("-")[0]], clause
    raise BadInput(f"参数 {about.name} 的一个值没有来源", where=where, next_step="写来源代号或 {clause: 文件-条款}")


def amount_of(given: Any, about: Declaration, where: str, yearly: int) -> tuple[int | None, str]:
    """Read a value as published; give it in the parameter's unit, and the published words if they differ.

    :raises BadInput: neither a whole number nor an amount such as "669 元/月", or out of bounds.
    """
    published, value = "", given
    if given is None:
        return None, ""
    if isinstance(given, str):
        found = _AMOUNT.fullmatch(given.strip())
        if not found or not about.unit.startswith("fen"):
            step = "写整数,或“669 元/月”“4395 元/年”"
            raise BadInput(f"参数 {about.name} 读不懂“{given}”", where=where, next_step=step)
        fen = int(Decimal(found[1]) * 100)
        published = given.strip()
        value = fen
        if found[2] == "年" and "year" not in about.unit:
            value = -(-fen // (12 * yearly)) * yearly
        elif found[2] == "月" and "year" in about.unit:
            value = fen * 12
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(f"参数 {about.name} 应为整数,读到“{given}”", where=where)
    if value < about.low or (about.high is not None and value > about.high):
        high = "" if about.high is None else f"、不大于 {about.high}"
        raise BadInput(f"参数 {about.name} 应不小于 {about.low}{high},读到 {value}", where=where)
    return value, published
