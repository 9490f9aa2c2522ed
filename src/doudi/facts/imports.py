"""Taking in a department file: read, check, match, write, and give back what was not taken.

Everything is written in the caller's transaction and inside the scope that is open, so a file is
taken whole or not at all.  The same bytes of the same kind are taken once per county.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Iterator
from pathlib import Path

from django.conf import settings
from django.db import transaction

from doudi.audit.services import record
from doudi.facts import errorfile, roster, statements, store
from doudi.facts.checks import Checked, Problem, check_rows
from doudi.facts.columns import Layout, find_layout, kind_of_file
from doudi.facts.kinds import KINDS, Kind
from doudi.facts.models import Batch, Fact, RosterLine
from doudi.facts.outcome import ImportResult
from doudi.facts.readers import MOST_BYTES, Sheet, read
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput
from doudi.registry import queries as registry
from doudi.registry.services import register_accounts
from doudi.security.permissions import require
from doudi.security.statistics import refresh

CONFIDENTIALITY: dict[str, str] = {"internal": "内部", "sensitive": "敏感", "restricted": "严格限制"}
COUNTY_LEVEL = 3
FEWER_ROWS_PERMILLE = 700
ROWS_THAT_MOVE_STATISTICS = 10_000


@dataclasses.dataclass(frozen=True)
class _Order:
    """One file to be loaded, with everything that is asked of it."""

    path: Path
    kind: Kind
    division_code: str
    known_on: dt.date
    actor: Actor
    confidentiality: str
    sha256: str
    file_name: str


def load_file(
    path: Path | str,
    kind: str,
    division_code: str,
    known_on: dt.date,
    actor: Actor,
    dry_run: bool = False,
    confidentiality: str = "internal",
    file_name: str = "",
) -> ImportResult:
    """
    Take in one department file of a county.

    A dry run goes the whole way and undoes it: the report is the same and nothing is written.
    Loading the same file again is answered with ``repeated`` and adds nothing.

    :raises BadInput: unknown kind, not a county, or a file that cannot be read or lacks columns.
    :raises NotPermitted: the actor may not import for this county.
    """
    order = _ordered(Path(path), kind, division_code, known_on, actor, confidentiality, file_name)
    return _load(order, dry_run=dry_run)


def load_folder(
    folder: Path | str, *, division_code: str, known_on: dt.date, actor: Actor, dry_run: bool = False
) -> Iterator[ImportResult]:
    """
    Take in every department file of a folder, the roster first; files of no known kind are left alone.

    :raises BadInput: no folder, no department file in it, or one file that cannot be read.
    """
    place = Path(folder)
    if not place.is_dir():
        raise BadInput(f"找不到文件夹 {place}", next_step="请核对路径")
    found: dict[str, list[Path]] = {}
    for path in sorted(place.iterdir()):
        kind = kind_of_file(path.name) if path.suffix.lower() in {".csv", ".xlsx", ".txt"} else None
        if kind and path.is_file():
            found.setdefault(kind.name, []).append(path)
    if not found:
        labels = "、".join(kind.label for kind in KINDS.values())
        raise BadInput(f"{place} 里没有可识别的部门文件", next_step=f"文件名应含有:{labels}")
    files = [(path, name) for name in KINDS for path in found.get(name, [])]
    if dry_run:
        yield from _rehearse(files, division_code, known_on, actor)
        return
    for path, name in files:
        yield load_file(path, name, division_code, known_on, actor)


def error_file_of(batch: Batch) -> Path | None:
    """Find the error file that a batch left; None when every row was taken or the file is gone."""
    for suffix in ("xlsx", "csv"):
        path = _folder() / f"{_stem(batch.division_code, batch.kind, batch.sha256)}.{suffix}"
        if path.is_file():
            return path
    return None


def _rehearse(files: list[tuple[Path, str]], code: str, known_on: dt.date, actor: Actor) -> list[ImportResult]:
    """Load all files one upon the other, then undo everything, so that later files meet the roster's people."""
    orders = [_ordered(path, kind, code, known_on, actor, "internal", "") for path, kind in files]
    with transaction.atomic():
        results = [_load(order, dry_run=False, give_back=False) for order in orders]
        transaction.set_rollback(True)
    return [dataclasses.replace(r, dry_run=True, batch_id=r.batch_id if r.repeated else None) for r in results]


def _load(order: _Order, *, dry_run: bool, give_back: bool = True) -> ImportResult:
    require(order.actor, "import_facts", order.division_code)
    earlier = Batch.objects.filter(division_code=order.division_code, kind=order.kind.name, sha256=order.sha256).first()
    if earlier:
        notes = [f"{earlier.known_on} 已由{earlier.loaded_by}导入,批次 {earlier.pk}"]
        seen = _result(order, Checked([], [], [], earlier.row_count), 0, [], dry_run=dry_run, notes=notes)
        return dataclasses.replace(seen, repeated=True, batch_id=earlier.pk)
    sheet = read(order.path)
    layout = find_layout(sheet, order.kind, order.file_name)
    checked = check_rows(sheet, layout, order.kind, order.known_on)
    if not checked.row_count:
        raise BadInput("只有表头,没有数据行", where=order.file_name, next_step="请核对导出的内容")
    with transaction.atomic():
        result = _take_in(order, checked)
        if dry_run:
            transaction.set_rollback(True)
    if dry_run:
        return dataclasses.replace(result, dry_run=True, batch_id=None)
    error_file = _error_file(order, sheet, layout, result.problems) if give_back else None
    return dataclasses.replace(result, error_file=error_file)


def _ordered(
    path: Path, kind: str, code: str, known_on: dt.date, actor: Actor, confidentiality: str, file_name: str
) -> _Order:
    if kind not in KINDS:
        labels = "、".join(f"{k.name}({k.label})" for k in KINDS.values())
        raise BadInput(f"没有“{kind}”这一种部门文件", next_step=f"可用:{labels}")
    if codes.level(code) != COUNTY_LEVEL:
        raise BadInput(f"“{code}”不是县级区划", next_step="部门文件按县导入,例如宁安市 231084")
    if confidentiality not in CONFIDENTIALITY:
        raise BadInput(f"没有“{confidentiality}”这一密级", next_step=f"可用:{'、'.join(CONFIDENTIALITY)}")
    if not path.is_file():
        raise BadInput(f"找不到文件 {path}", next_step="请核对路径")
    if path.stat().st_size > MOST_BYTES:
        raise BadInput(f"文件超过 {MOST_BYTES // 1_000_000} MB", where=path.name, next_step="请分批导入")
    digest = hashlib.sha256(path.read_bytes()).hexdigest()
    name = (file_name or path.name)[-200:]
    return _Order(path, KINDS[kind], code, known_on, actor, confidentiality, digest, name)


def _take_in(order: _Order, checked: Checked) -> ImportResult:
    """Match and write one file's accepted rows, with one entry in the audit log."""
    result = _take_roster(order, checked) if order.kind.name == "roster" else _take_facts(order, checked)
    if result.row_count > ROWS_THAT_MOVE_STATISTICS:
        refresh(RosterLine if order.kind.name == "roster" else Fact)
    record(
        "facts.imported",
        actor=order.actor,
        division_code=order.division_code,
        subject=f"batch:{result.batch_id}",
        details={
            "kind": order.kind.name,
            "file": order.file_name,
            "sha256": order.sha256,
            "known_on": order.known_on,
            "rows": result.row_count,
            "taken": result.taken_count,
            "rejected": result.rejected_count,
            "set_aside": result.set_aside_count,
            "facts": result.fact_count,
            "digest": store.digest(Batch(pk=result.batch_id)),
        },
    )
    return result


def _take_roster(order: _Order, checked: Checked) -> ImportResult:
    done = roster.register(checked.rows, division_code=order.division_code, known_on=order.known_on, actor=order.actor)
    problems = sorted([*checked.problems, *done.problems], key=lambda p: p.row_number)
    result = _result(order, checked, len(done.taken), problems, notes=[*checked.notes, *done.notes])
    batch = store.add_batch(_batch(order, result, f"{order.known_on:%Y-%m}"), problems)
    store.add_lines(batch, done.lines)
    return dataclasses.replace(result, batch_id=batch.pk)


def _take_facts(order: _Order, checked: Checked) -> ImportResult:
    kind = order.kind
    known = registry.find_people([row.id_no for row in checked.rows], order.known_on)
    matched, strangers = statements.match(checked.rows, known)
    matched, clashes = statements.family_disagreements(kind, matched)
    problems = sorted([*checked.problems, *strangers, *clashes], key=lambda p: p.row_number)
    notes = [*checked.notes, *_fewer(order, checked)]
    result = _result(order, checked, len(matched), problems, notes=notes)
    newest = max((row.values["period"] for row in checked.rows if row.values.get("period")), default=order.known_on)
    batch = store.add_batch(_batch(order, result, f"{newest:%Y-%m}"), problems)
    count = store.add_facts(batch, statements.facts_of(kind, matched, order.known_on), source=kind.department)
    accounts = statements.own_accounts(matched, order.known_on)
    if accounts:
        register_accounts(accounts, actor=order.actor, division_code=order.division_code)
    if kind.is_full_list and kind.name != "deaths":
        names = [kind.counted] if kind.counted else list(kind.person_facts)
        since = newest if kind.name == "social_insurance" else order.known_on
        count += store.end_unlisted(batch, names, since, source=kind.department)
    return dataclasses.replace(result, batch_id=batch.pk, fact_count=count)


def _fewer(order: _Order, checked: Checked) -> list[str]:
    """Remark on a file that is much shorter than the last one of its kind; a half list looks like many endings."""
    last = Batch.objects.filter(division_code=order.division_code, kind=order.kind.name).order_by("-id").first()
    if last and checked.row_count * 1000 < last.row_count * FEWER_ROWS_PERMILLE:
        return [f"本次 {checked.row_count} 行,上次 {last.row_count} 行,减少较多,请核对文件是否完整"]
    return []


def _result(
    order: _Order,
    checked: Checked,
    taken: int,
    problems: list[Problem],
    *,
    dry_run: bool = False,
    notes: list[str] | None = None,
) -> ImportResult:
    return ImportResult(
        department=order.kind.department,
        kind=order.kind.name,
        kind_label=order.kind.label,
        file_name=order.file_name,
        row_count=checked.row_count,
        taken_count=taken,
        problems=problems,
        notes=notes or [],
        dry_run=dry_run,
    )


def _batch(order: _Order, result: ImportResult, period: str) -> Batch:
    return Batch(
        department=order.kind.department,
        kind=order.kind.name,
        period=period,
        file_name=order.file_name,
        sha256=order.sha256,
        division_code=order.division_code,
        confidentiality=order.confidentiality,
        row_count=result.row_count,
        taken_count=result.taken_count,
        rejected_count=result.rejected_count,
        set_aside_count=result.set_aside_count,
        known_on=order.known_on,
        loaded_by=order.actor.name[:60],
    )


def _folder() -> Path:
    return Path(settings.DOUDI_HOME) / "imports"


def _stem(division_code: str, kind: str, sha256: str) -> str:
    return f"{division_code}-{kind}-{sha256[:16]}-退回"


def _error_file(order: _Order, sheet: Sheet, layout: Layout, problems: list[Problem]) -> Path | None:
    if not problems:
        return None
    return errorfile.write(
        _folder(), _stem(order.division_code, order.kind.name, order.sha256), sheet, layout, problems
    )
