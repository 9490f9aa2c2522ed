"""Reads the parameter files of the packs: values as published, turned into fen a month.

A value is written as its notice says it ("669 元/月", "4395 元/年") with its source; what is wrong
is named with file and line, together with what to do: overlaps, gaps, wrong units, impossible dates,
unknown names and clauses, two documents for one value, a value beyond a bound.
"""

import dataclasses
import pathlib
import re
from decimal import Decimal
from typing import Any

from doudi.engine import bounds, library, packfiles, states
from doudi.engine.packfiles import Pack
from doudi.engine.parameters import AREA_LABEL, LEVELS, Declaration, Expected, ParameterBook, ParameterRow
from doudi.kernel import codes
from doudi.kernel.errors import BadInput

YEARLY_ROUNDING = "yearly_rounding_fen"
_AMOUNT = re.compile(r"(\d+(?:\.\d{1,2})?)\s*元(?:/(?:人·)?(月|年|日|天))?")
_FIELDS = {
    "place", "from", "until", "known", "value", "urban", "rural", "source", "verified", "quality", "note", "when",
    "gap",
}  # fmt: skip
_DECLARED = {
    "label", "unit", "set_by", "legal", "low", "high", "about", "values", "bounds", "standard", "in_state", "words",
}  # fmt: skip
_COUNTED = re.compile(r"[^元角分\x00-\x7f]{1,2}")
UNITS = {
    "", "fen", "fen/month", "fen/person/month", "fen/month/person", "fen/year", "fen/person/year", "fen/day",
    "fen/person/day", "permille", "day", "days", "working_days", "week", "weeks", "month", "months", "quarters", "year",
    "years", "hours", "person", "persons", "times", "count",
}  # fmt: skip


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
    is_bound: bool = False


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
    clauses = set(texts.clauses)
    _check_legal(declarations, clauses, problems)
    rows: list[ParameterRow] = []
    limits: list[bounds.Bound] = []
    for one in sorted(written, key=lambda one: one.name != YEARLY_ROUNDING):
        with problems.gathering():
            about = declarations.get(one.name)
            if about is None:
                raise BadInput(
                    f"参数 {one.name} 没有声明", where=one.where, next_step="先在 packs/cn 里写明名称和单位,或改正名称"
                )
            if one.is_bound:
                args = (one.row, one.name, about.unit, one.pack.place, clauses, declarations, one.where)
                limits.append(bounds.read(*args))
            else:
                rows += _rows(about, one.pack, one.row, one.where, sources, _yearly_unit(rows), clauses)
    _check_gaps(rows, written, problems)
    problems.refuse()
    book = ParameterBook(declarations.values(), rows, packs, limits)
    for row in rows if limits else ():
        with problems.gathering():
            _check_bounds(book, row)
    problems.refuse()
    return book


def _check_legal(declarations: dict[str, Declaration], clauses: set[str], problems: packfiles.Problems) -> None:
    for about in declarations.values():
        with problems.gathering():
            for clause in (about.legal, about.in_state.clause if about.in_state else about.legal):
                if clause and clause not in clauses:
                    raise BadInput(
                        f"参数 {about.name} 的法律依据 {clause} 不在条款库",
                        where=about.where,
                        next_step="改正编号,或先在 notices/ 收录这一条",
                    )


def _check_bounds(book: ParameterBook, row: ParameterRow) -> None:
    for breach in bounds.breaches(book, row):
        raise BadInput(breach.text, where=row.where, next_step=f"改正数值;界限写在 {breach.bound.where}")


def _check_gaps(rows: list[ParameterRow], written: list[_Written], problems: packfiles.Problems) -> None:
    """Refuse a hole between two values of one place: from an end to the next beginning nothing is said."""
    explained = {one.where for one in written if one.row.get("gap")}
    held: dict[tuple[str, str, str, states.Condition], list[ParameterRow]] = {}
    for row in rows:
        for area in [row.area] if row.area else ["urban", "rural"]:
            held.setdefault((row.name, row.place, area, row.when), []).append(row)
    for (name, place, area, _), own in held.items():
        for row in own:
            if row.until is None or row.where in explained or any(other.in_force(row.until) for other in own):
                continue
            later = min((other.since for other in own if other.since > row.until), default=None)
            if later is not None:
                with problems.gathering():
                    raise BadInput(
                        f"参数 {name} 在 {place or '全国'}({AREA_LABEL[area]})自 {row.until} 至 {later} 没有值",
                        where=row.where,
                        next_step="补上这段期间的值;确由上级的值接替的,写 gap: 说明",
                    )


def _read_file(
    path: pathlib.Path, pack: Pack, root: pathlib.Path, declarations: dict[str, Declaration]
) -> list[_Written]:
    """Take the declarations of a file into ``declarations``; give its values and bounds."""
    found: list[_Written] = []
    for name, body in (packfiles.read(path, root) or {}).items():
        if name == packfiles.LINE:
            continue
        where = str(packfiles.where_of(body, path, root))
        wrong = sorted(set(body) - _DECLARED - {packfiles.LINE}) if isinstance(body, dict) else ["(不是属性)"]
        if wrong:
            raise BadInput(
                f"参数 {name} 有不认识的属性 {'、'.join(map(str, wrong))}",
                where=where,
                next_step=f"可用:{'、'.join(sorted(_DECLARED))}",
            )
        if "label" in body:
            if name in declarations:
                raise BadInput(f"参数 {name} 已在 {declarations[name].where} 声明", where=where)
            programme = path.parent.name if path.parent != pack.folder else ""
            declarations[name] = _declaration(name, body, programme, where)
        for key in ("values", "bounds"):
            for row in _rows_under(body, key, name, where):
                found.append(_Written(pack, name, row, str(packfiles.where_of(row, path, root)), key == "bounds"))
    return found


def _rows_under(body: dict[str, Any], key: str, name: str, where: str) -> list[dict[str, Any]]:
    rows = body.get(key) or []
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise BadInput(f"参数 {name} 的 {key} 应是一行一个的列表", where=where, next_step="每行以 - 开头")
    return rows


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
        raise BadInput(f"参数 {name} 的 set_by 不认识 {wrong[0]}", where=where, next_step=f"可用:{'、'.join(LEVELS)}")
    unit = body.get("unit", "")
    if unit not in UNITS and not _COUNTED.fullmatch(unit):
        step = f"可用:{'、'.join(sorted(UNITS - {''}))},或一个量词如 辆、处;没有单位的不写"
        raise BadInput(f"参数 {name} 的单位“{unit}”不认识", where=where, next_step=step)
    low, high = body.get("low", 0), body.get("high")
    for bound in (low, high):
        if bound is not None and (isinstance(bound, bool) or not isinstance(bound, int)):
            raise BadInput(f"参数 {name} 的 low、high 应为整数,读到“{bound}”", where=where)
    if high is not None and high < low:
        raise BadInput(f"参数 {name} 的 high {high} 小于 low {low}", where=where)
    return Declaration(
        name=name,
        label=body["label"],
        unit=unit,
        set_by=tuple(LEVELS[level] for level in levels),
        legal=body.get("legal", ""),
        low=low,
        high=high,
        about=body.get("about", ""),
        programme=programme,
        where=where,
        standard=str(body.get("standard", "")),
        in_state=_expected(name, body.get("in_state"), where),
        words=_words(name, body.get("words"), where),
    )


def _words(name: str, body: Any, where: str) -> dict[int, str]:
    if body is None:
        return {}
    words: dict[Any, Any] = packfiles.without_line(body) if isinstance(body, dict) else {}
    if not words or not all(type(value) is int and isinstance(word, str) for value, word in words.items()):
        raise BadInput(f"参数 {name} 的 words 读不懂", where=where, next_step="写成 {0: 不设上限}")
    return words


def _expected(name: str, body: Any, where: str) -> Expected | None:
    if body is None:
        return None
    if not isinstance(body, dict) or set(body) - {"when", "clause", "from", packfiles.LINE}:
        raise BadInput(f"参数 {name} 的 in_state 读不懂", where=where, next_step="写 {when: …, clause: …, from: …}")
    when, since = states.condition_of(body.get("when"), where), packfiles.date_in(body, "from", where)
    if when.is_always or since is None:
        raise BadInput(f"参数 {name} 的 in_state 要写 when 和 from", where=where)
    return Expected(when, str(body.get("clause", "")), since)


def _rows(
    about: Declaration,
    pack: Pack,
    row: dict[str, Any],
    where: str,
    sources: dict[str, _Source],
    yearly: int,
    clauses: set[str],
) -> list[ParameterRow]:
    wrong = set(row) - _FIELDS - {packfiles.LINE}
    if wrong:
        raise BadInput(f"参数 {about.name} 有不认识的属性 {'、'.join(sorted(map(str, wrong)))}", where=where)
    since, until = packfiles.date_in(row, "from", where), packfiles.date_in(row, "until", where)
    if since is None:
        raise BadInput(f"参数 {about.name} 的一个值没有写 from", where=where, next_step="写明从哪天起:from: 2022-01-01")
    if until is not None and until <= since:
        raise BadInput(
            f"参数 {about.name} 的 until 不晚于 from", where=where, next_step="until 是不再适用的第一天,应晚于 from"
        )
    known = packfiles.date_in(row, "known", where) or since
    source, clause = _source_of(row, about, where, sources, clauses)
    when = states.condition_of(row.get("when"), where)
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
                    published=published, where=where, when=when,
                )
            )  # fmt: skip
    if not found:
        raise BadInput(f"参数 {about.name} 的一个值没有写 value、urban 或 rural", where=where)
    return found


def _source_of(
    row: dict[str, Any], about: Declaration, where: str, sources: dict[str, _Source], clauses: set[str]
) -> tuple[_Source, str]:
    given = row.get("source")
    if isinstance(given, str) and given in sources:
        return sources[given], ""
    if isinstance(given, dict) and "clause" in given:
        clause = str(given["clause"])
        if clause in clauses and clause.split("-")[0] in sources:
            return sources[clause.split("-")[0]], clause
        raise BadInput(
            f"参数 {about.name} 引用了条款库没有的 {clause}",
            where=where,
            next_step="改正编号,或先在 notices/ 收录这一条",
        )
    raise BadInput(f"参数 {about.name} 的一个值没有来源", where=where, next_step="写来源代号或 {clause: 文件-条款}")


def _in_unit(fen: int, per: str, given: str, about: Declaration, where: str, yearly: int) -> tuple[int, str]:
    """Turn a published amount into the parameter's period.

    :raises BadInput: the period is missing, or is not one the parameter can have.
    """
    is_monthly, is_yearly, is_daily = ("month" in about.unit, "year" in about.unit, "day" in about.unit)
    per = "日" if per == "天" else per
    fits = {"月": is_monthly or is_yearly, "年": is_monthly or is_yearly, "日": is_daily}
    if not (fits[per] if per else not (is_monthly or is_yearly or is_daily)):
        right = "元/月 或 元/年" if is_monthly or is_yearly else "元/日" if is_daily else "元"
        raise BadInput(f"参数 {about.name} 的单位不对:“{given}”", where=where, next_step=f"应写 {right}")
    if per == "年" and not is_yearly:
        return -(-fen // (12 * yearly)) * yearly, given.strip()
    return (fen * 12 if per == "月" and is_yearly else fen), given.strip()


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
        value, published = _in_unit(int(Decimal(found[1]) * 100), found[2] or "", given, about, where, yearly)
    if isinstance(value, bool) or not isinstance(value, int):
        raise BadInput(f"参数 {about.name} 应为整数,读到“{given}”", where=where)
    if value < about.low or (about.high is not None and value > about.high):
        high = "" if about.high is None else f"、不大于 {about.high}"
        raise BadInput(f"参数 {about.name} 应不小于 {about.low}{high},读到 {value}", where=where)
    return value, published
