"""Writes of the register: families coming in, moving, changing members, and people who get papers."""

import dataclasses
import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.db import IntegrityError, connection, transaction

from doudi.audit.services import record
from doudi.kernel import codes, idno, names
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted, Refusal
from doudi.registry import intake
from doudi.registry.enums import AREAS, RELATIONS
from doudi.registry.models import Household, Membership, PayeeAccount, Person
from doudi.registry.rows import AccountRow, FamilyRow, Registered
from doudi.registry.statements import statements
from doudi.security import crypto
from doudi.security.permissions import require
from doudi.security.statistics import refresh

VERB = "import_facts"


class InTwoFamilies(Refusal):
    message = "{name} 在 {on} 已是另一家庭 {number} 的成员"
    next_step = "请先在原家庭办理迁出,再迁入"


class NumberTaken(Refusal):
    message = "该身份证号登记在另一辖区,不能在本地并档"
    next_step = "请由上一级民政部门办理"


@transaction.atomic
def register_families(rows: Sequence[FamilyRow], *, on: dt.date, actor: Actor, division_code: str) -> Registered:
    """
    Take people and their families into the register, set by set; repeating the same rows adds nothing.

    A person is found again by identity number, a family by its number, the county's own number or
    its head.  What contradicts the register is reported as a conflict and not followed.

    :raises BadInput: a row without name, family or known relation, or outside the division.
    """
    require(actor, VERB, division_code)
    if not rows:
        return Registered(0, 0, 0, [], [], [])
    taken = intake.take_in(rows, on=on, division_code=division_code)
    counts = {
        "rows": len(rows),
        "new_people": taken.new_people,
        "new_households": taken.new_households,
        "new_memberships": taken.new_memberships,
        "conflicts": len(taken.conflicts),
    }
    record("registry.registered", actor=actor, division_code=division_code, details=counts)
    return taken


@transaction.atomic
def register_accounts(rows: Sequence[AccountRow], *, actor: Actor, division_code: str) -> int:
    """
    Note where money goes; an account that replaces another ends it on the day it begins.

    Repeating the same accounts adds nothing.  Returns how many are new.

    :raises BadInput: a row without account number or holder.
    """
    require(actor, VERB, division_code)
    clean = [dataclasses.replace(row, account="".join(row.account.split())) for row in rows]
    for n, row in enumerate(clean, 1):
        if not (row.account and row.holder_name.strip()):
            raise BadInput("缺少账号或户名", where=f"第 {n} 行")
    accounts = [row.account for row in clean]
    indexes = crypto.blind_indexes(accounts)
    sealed = crypto.seal_all(accounts, indexes)
    sql = statements("accounts")
    with connection.cursor() as cursor:
        cursor.execute(sql["unstage"])
        cursor.execute(sql["stage"])
        with cursor.copy(sql["fill"]) as copy:
            for n, (row, index, secret) in enumerate(zip(clean, indexes, sealed, strict=True)):
                masked = crypto.mask_account(row.account)
                holder, bank = names.clean_name(row.holder_name), row.bank_name.strip()
                copy.write_row((n, row.household_id, row.person_id, secret, index, masked, holder, bank, row.since))
        cursor.execute("analyze account_row")
        cursor.execute(sql["keep_last"])
        cursor.execute(sql["drop_known"])
        cursor.execute(sql["end_replaced"])
        cursor.execute(sql["add"])
        added = int(cursor.rowcount)
        cursor.execute(sql["unstage"])
    refresh(PayeeAccount)
    record("registry.accounts", actor=actor, division_code=division_code, details={"rows": len(rows), "new": added})
    return added


@transaction.atomic
def move_household(
    household_id: int, to_code: str, *, on: dt.date, actor: Actor, area: str = "", address: str = ""
) -> None:
    """
    Let a family live in another division from a day on, all its present members with it.

    Every membership ends and begins on that day, so no day is without and none is double.
    Moving again to the same place changes nothing.  The scope must reach both places.

    :raises NotPermitted: the family, or the new place, is outside the scope.
    :raises BadInput: not a township or village, or the family came here on or after that day.
    """
    require(actor, VERB, to_code)
    family = _family(household_id)
    require(actor, VERB, family.division_code)
    if codes.level(to_code) < 4:
        raise BadInput(f"{to_code} 不到乡级,不能作为家庭住址", next_step="请选择乡镇(街道)或村(社区)")
    if family.division_code == to_code:
        return
    from_code = family.division_code
    if area and area not in AREAS:
        raise BadInput(f"城乡“{area}”无法识别")
    sql = statements("moves")
    facts: dict[str, Any] = {"household": household_id, "to": to_code, "on": on, "area": area, "address": address}
    with connection.cursor() as cursor:
        cursor.execute(sql["began_later"], facts)
        if cursor.fetchone():
            raise BadInput(f"有成员自 {on} 或之后才入户,不能在该日迁移", where=family.number)
        cursor.execute(sql["renew_memberships"], facts)
        members = int(cursor.rowcount)
        cursor.execute(sql["move_people"], facts)
        cursor.execute(sql["move_accounts"], facts)
        cursor.execute(sql["move_family"], facts)
    details = {"from": from_code, "to": to_code, "on": on.isoformat(), "members": members}
    for code in (from_code, to_code):
        record("registry.moved", actor=actor, division_code=code, subject=family.number, details=details)


@transaction.atomic
def move_person(person_id: int, household_id: int, relation: str, *, on: dt.date, actor: Actor) -> None:
    """
    Let a person leave the present family, if any, and join another from a day on.

    :raises NotPermitted: the person or the family is outside the scope.
    :raises BadInput: unknown relation, or the person joined a family on or after that day.
    """
    family, person = _family(household_id), _person(person_id)
    require(actor, VERB, family.division_code)
    if relation not in RELATIONS:
        raise BadInput(f"与户主关系“{relation}”无法识别")
    present = Membership.objects.filter(person_id=person.id, until__isnull=True).first()
    if present and present.household_id == family.id:
        return
    if present:
        _end(present, on)
    Membership.objects.create(
        household=family, person=person, relation=relation, since=on, division_code=family.division_code
    )
    if person.division_code != family.division_code:
        Person.objects.filter(id=person.id).update(division_code=family.division_code)
    details = {"to": family.number, "from": present.household_id if present else None, "on": on.isoformat()}
    record("registry.joined", actor=actor, division_code=family.division_code, subject=str(person.id), details=details)


@transaction.atomic
def end_membership(person_id: int, *, on: dt.date, reason: str, actor: Actor) -> None:
    """
    Let a person leave the present family from a day on; without one nothing happens.

    :raises BadInput: no reason, or the person joined on or after that day.
    """
    present = Membership.objects.filter(person_id=_person(person_id).id, until__isnull=True).first()
    if present is None:
        return
    require(actor, VERB, present.division_code)
    if not reason.strip():
        raise BadInput("请写明离开家庭的原因")
    _end(present, on)
    details = {"household": present.household_id, "on": on.isoformat(), "reason": reason}
    record("registry.left", actor=actor, division_code=present.division_code, subject=str(person_id), details=details)


@transaction.atomic
def identify(person_id: int, id_no: str, *, on: dt.date, actor: Actor) -> int:
    """
    Give a person without papers the identity number that turned up; returns whose file counts from now on.

    When the number is registered already, the temporary file is merged into that one: its
    memberships pass over, and it stays as a pointer.  Repeating is safe.

    :raises BadInput: not an identity number, or a birth after the day.
    :raises InTwoFamilies: both files are in different families on one day.
    :raises NumberTaken: the number is registered where the actor cannot see.
    """
    temporary = _person(person_id)
    require(actor, VERB, temporary.division_code)
    if temporary.merged_into_id:
        return int(temporary.merged_into_id)
    number = idno.check(id_no)
    if number.birth_date > on:
        raise BadInput(f"身份证号中的出生日期 {number.birth_date} 晚于 {on}")
    index = crypto.blind_index(number.number)
    if temporary.id_no_index is not None:
        if bytes(temporary.id_no_index) != index:
            raise BadInput("此人已有另一个身份证号", where=temporary.name)
        return person_id
    known = Person.objects.filter(id_no_index=index).first()
    if known is None:
        _give_number(temporary, number, index)
    else:
        _merge(temporary, known, on)
    kept = known.id if known else person_id
    details = {"temporary": temporary.temporary_number, "kept": kept, "merged": known is not None}
    code = temporary.division_code
    record("registry.identified", actor=actor, division_code=code, subject=str(person_id), details=details)
    return int(kept)


def _give_number(person: Person, number: idno.IdNumber, index: bytes) -> None:
    facts: dict[str, Any] = {
        "person": person.id,
        "sealed": crypto.seal(number.number, index),
        "index": index,
        "masked": crypto.mask_id_no(number.number),
        "last4": number.number[-4:],
        "sex": number.sex,
        "birth": number.birth_date,
    }
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statements("merges")["give_number"], facts)
    except IntegrityError as error:
        if "id_no_index" in str(error):
            raise NumberTaken() from error
        raise


def _merge(temporary: Person, known: Person, on: dt.date) -> None:
    sql = statements("merges")
    facts = {"temporary": temporary.id, "known": known.id}
    with connection.cursor() as cursor:
        cursor.execute(sql["clash"], facts)
        clash = cursor.fetchone()
        if clash:
            raise InTwoFamilies(name=known.name, on=on, number=clash[0])
        cursor.execute(sql["void_doubles"], facts)
        cursor.execute(sql["pass_memberships"], facts)
        cursor.execute(sql["pass_heads"], facts)
        cursor.execute(sql["point"], facts)


def _end(membership: Membership, on: dt.date) -> None:
    if on <= membership.since:
        raise BadInput(f"此人自 {membership.since} 起才入户,离开日必须在其后")
    membership.until = on
    membership.save(update_fields=["until"])


def _family(household_id: int) -> Household:
    found = Household.objects.filter(id=household_id).first()
    if found is None:
        raise NotPermitted(household_id=household_id)
    return found


def _person(person_id: int) -> Person:
    found = Person.objects.filter(id=person_id).first()
    if found is None:
        raise NotPermitted(person_id=person_id)
    return found
