"""The civil-affairs roster: who lives with whom and where, what each holds, and the account it goes to."""

import dataclasses
import datetime as dt

from doudi.facts.checks import REJECTED, SET_ASIDE, Problem, Stated
from doudi.facts.store import NewLine
from doudi.kernel.actors import Actor
from doudi.kernel.programmes import Programme
from doudi.registry import services as registry
from doudi.registry.rows import AccountRow, Conflict, FamilyRow


@dataclasses.dataclass
class Roster:
    """What registering a roster came to; ``taken`` are the row numbers that were followed."""

    taken: set[int]
    problems: list[Problem]
    lines: list[NewLine]
    notes: list[str]


@dataclasses.dataclass(slots=True)
class _Placed:
    row: Stated
    person_id: int
    household_id: int
    division_code: str


def register(rows: list[Stated], *, division_code: str, known_on: dt.date, actor: Actor) -> Roster:
    """Register the families of a roster and read off what they hold and where it is paid."""
    outcome = Roster(set(), [], [], [])
    inside = [row for row in rows if _is_inside(row, division_code, outcome)]
    first: dict[tuple[str, str], int] = {}
    family_rows: list[FamilyRow] = []
    for row in inside:
        key = (row.values["household_number"], row.id_no)
        if key not in first:
            first[key] = len(family_rows)
            family_rows.append(_family_row(row))
    done = registry.register_families(family_rows, on=known_on, actor=actor, division_code=division_code)
    refused = {conflict.row: conflict for conflict in done.conflicts}
    placed: list[_Placed] = []
    for row in inside:
        at = first[(row.values["household_number"], row.id_no)]
        person_id, household_id = done.person_ids[at], done.household_ids[at]
        if at in refused or person_id is None or household_id is None:
            conflict = refused.get(at)
            outcome.problems.append(_problem(row, conflict, household_id))
            continue
        placed.append(_Placed(row, person_id, household_id, row.values["residence_code"]))
    _read_lines(placed, known_on, outcome)
    outcome.notes.append(f"新登记 {done.new_households} 户 {done.new_people} 人")
    accounts = _accounts(placed, known_on)
    registry.register_accounts(accounts, actor=actor, division_code=division_code)
    return outcome


def _problem(row: Stated, conflict: Conflict | None, household_id: int | None) -> Problem:
    """Say why a row is not followed; a person of two families is named with both."""
    if conflict is None:
        return Problem(row.row_number, "身份证号", "没有登记成功,疑似重复,请核实", SET_ASIDE)
    kind = REJECTED if conflict.kind == "repeated" else SET_ASIDE
    is_double = conflict.kind == "two_families"
    return Problem(
        row.row_number,
        "身份证号",
        f"{conflict.text},疑似重复,请核实",
        kind,
        conflict.person_id,
        household_id if is_double else None,
        conflict.household_id if is_double else None,
        row.values["residence_code"],
    )


def _is_inside(row: Stated, division_code: str, outcome: Roster) -> bool:
    code = row.values["residence_code"]
    if not code.startswith(division_code) or len(code) < 9:
        reason = f"居住地 {code} 不是 {division_code} 的乡镇或村"
        outcome.problems.append(Problem(row.row_number, "居住地区划代码", reason))
        return False
    return True


def _family_row(row: Stated) -> FamilyRow:
    values = row.values
    return FamilyRow(
        household_key=values["household_number"],
        name=row.name,
        id_no=row.id_no,
        relation=values["relation"],
        division_code=values["residence_code"],
        area=values["area"],
        sex=row.sex,
        birth_date=row.birth,
        hukou_code=values.get("hukou_code") or "",
        hukou_area=values["area"],
    )


def _read_lines(placed: list[_Placed], known_on: dt.date, outcome: Roster) -> None:
    """Make one line per family or person and programme. A family's amount may stand on any one of its rows."""
    families: dict[tuple[int, str], list[_Placed]] = {}
    for one in placed:
        programme = one.row.values.get("programme")
        if not programme:
            outcome.taken.add(one.row.row_number)
            continue
        spec = Programme[programme]
        if spec.subject_kind == "h":
            families.setdefault((one.household_id, programme), []).append(one)
        elif spec.pays and one.row.values.get("amount_fen_m") is None:
            reason = f"{spec.label}没有填写金额"
            outcome.problems.append(Problem(one.row.row_number, "月救助金额(元)", reason))
        else:
            outcome.lines.append(_line(one, one.person_id, known_on))
            outcome.taken.add(one.row.row_number)
    for (_household, programme), group in families.items():
        _read_family(group, Programme[programme], known_on, outcome)


def _read_family(group: list[_Placed], programme: Programme, known_on: dt.date, outcome: Roster) -> None:
    stated = [one for one in group if one.row.values.get("amount_fen_m") is not None]
    amounts = {one.row.values["amount_fen_m"] for one in stated}
    head = min(group, key=lambda one: (one.row.values["relation"] != "head", one.row.row_number))
    if len(amounts) > 1 or (programme.pays and not amounts):
        reason = "同一家庭的金额前后不一致" if amounts else f"{programme.label}没有填写家庭金额"
        outcome.problems.append(Problem(head.row.row_number, "月救助金额(元)", f"{reason},未接续该项待遇"))
        outcome.taken.update(one.row.row_number for one in group if one is not head)
        return
    outcome.lines.append(_line(stated[0] if stated else head, None, known_on))
    outcome.taken.update(one.row.row_number for one in group)


def _line(one: _Placed, person_id: int | None, known_on: dt.date) -> NewLine:
    values = one.row.values
    return NewLine(
        household_id=one.household_id,
        person_id=person_id,
        programme=values["programme"],
        amount_fen_m=values.get("amount_fen_m") or 0,
        since=values.get("since") or known_on.replace(day=1),
        row_number=one.row.row_number,
        division_code=one.division_code,
    )


def _accounts(placed: list[_Placed], known_on: dt.date) -> list[AccountRow]:
    """Take each family's first stated account."""
    found: dict[int, AccountRow] = {}
    for one in placed:
        account = one.row.values.get("account")
        if account and one.household_id not in found:
            holder = one.row.values.get("holder_name") or one.row.name
            found[one.household_id] = AccountRow(
                household_id=one.household_id,
                person_id=None,
                account=account,
                holder_name=holder,
                bank_name=one.row.values.get("bank_name") or "",
                since=known_on,
            )
    return list(found.values())
