"""List files of groups the register knows nothing of: unemployed, veterans, hardship workers…

One row a person and group.  What cannot be taken is named by row with what to do; nothing is guessed.
"""

import dataclasses
import datetime as dt
import hashlib
from collections.abc import Mapping
from pathlib import Path

from django.db import transaction

from doudi.audit import services as audit
from doudi.facts import readers
from doudi.kernel import idno
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, Refusal
from doudi.kernel.periods import Month
from doudi.linkage.words import Vocabulary, area_of
from doudi.prices import queries
from doudi.prices.models import GroupList, GroupMember, Roster
from doudi.security import crypto
from doudi.security.permissions import require
from doudi.security.statistics import refresh

COLUMNS = {
    "姓名": "name", "身份证号": "id_no", "身份证号码": "id_no", "公民身份号码": "id_no", "对象": "group",
    "对象类别": "group", "人员类别": "group", "城乡": "area", "账号": "account", "银行账号": "account",
    "开户行": "bank", "开户银行": "bank", "户名": "holder",
}  # fmt: skip
REQUIRED = {"name": "姓名", "id_no": "身份证号", "group": "对象"}
BATCH = 2_000
MOST_REJECTIONS_KEPT = 500


class AlreadyLoaded(Refusal):
    message = "这份名单已经装入(第 {number} 号)"
    next_step = "内容没有变化的不用再装"


class AlreadyRostered(Refusal):
    message = "{month} 的花名册已经编好,名单不能撤回"
    next_step = "需要补的人装入新的名单,再编补充花名册"


@dataclasses.dataclass(frozen=True)
class _Row:
    number: int
    name: str
    id_no: str
    group: str
    area: str
    account: str
    holder: str
    bank: str


@transaction.atomic
def load_list(
    county_code: str, month: Month, path: Path, *, department: str, actor: Actor, on: dt.date, shown: str = ""
) -> GroupList:
    """
    Take a list file of an index month; rows that cannot be taken are kept as rejections with the reason.

    :raises NotPermitted: wrong post or place.
    :raises BadInput: not a readable file, a column is missing, or no department is named.
    :raises AlreadyLoaded: the same file is in already.
    """
    require(actor, "load_price_list", county_code)
    if not department.strip():
        raise BadInput("没有填写提供名单的部门", where="department", next_step="例如“市人社局”")
    raw = path.read_bytes()
    digest = hashlib.sha256(raw).hexdigest()
    same = GroupList.objects.filter(
        division_code=county_code, index_month=month.first_day, file_sha256=digest, state="taken"
    ).first()
    if same is not None:
        raise AlreadyLoaded(number=same.pk)
    rows, rejections = _rows(path, queries.words_at(county_code, month, on), shown or path.name)
    made = GroupList.objects.create(
        division_code=county_code,
        index_month=month.first_day,
        file_name=(shown or path.name)[:200],
        file_sha256=digest,
        department=department.strip()[:80],
        taken_count=len(rows),
        rejected_count=len(rejections),
        rejections=rejections[:MOST_REJECTIONS_KEPT],
        loaded_by=actor.person_key,
        loaded_by_name=actor.name,
        loaded_on=on,
    )
    _keep(rows, made)
    audit.record(
        "price.list_loaded",
        actor=actor,
        division_code=county_code,
        subject=f"price_list:{made.pk}",
        details={"month": month, "taken": len(rows), "rejected": len(rejections), "sha256": digest},
    )
    return made


@transaction.atomic
def withdraw_list(list_id: int, *, actor: Actor) -> GroupList:
    """
    Take a list back as long as no roster of its month was made.

    :raises NotPermitted: wrong post or place. :raises AlreadyRostered: a roster stands.
    """
    found = GroupList.objects.select_for_update().filter(pk=list_id).first()
    if found is None:
        raise BadInput(f"没有第 {list_id} 号名单", next_step="请从列表进入")
    require(actor, "load_price_list", found.division_code)
    if Roster.objects.filter(division_code=found.division_code, index_month=found.index_month).exists():
        raise AlreadyRostered(month=Month.of(found.index_month))
    found.state = "withdrawn"
    found.save(update_fields=["state"])
    audit.record(
        "price.list_withdrawn", actor=actor, division_code=found.division_code, subject=f"price_list:{found.pk}"
    )
    return found


def _rows(path: Path, words: Vocabulary, shown: str) -> tuple[list[_Row], list[dict[str, str]]]:
    sheet = readers.read(path)
    if not sheet.rows:
        raise BadInput("文件是空的", where=shown)
    _, header = sheet.rows[0]
    places = {COLUMNS[str(cell).strip()]: n for n, cell in enumerate(header) if str(cell or "").strip() in COLUMNS}
    missing = [label for key, label in REQUIRED.items() if key not in places]
    if missing:
        raise BadInput(
            f"缺少列 {'、'.join(missing)}",
            where=shown,
            next_step="第一行写列名:姓名、身份证号、对象、城乡、账号、户名、开户行",
        )
    rows: list[_Row] = []
    rejections: list[dict[str, str]] = []
    seen: dict[tuple[str, str], int] = {}
    for number, cells in sheet.rows[1:]:
        values = {
            key: str(cells[n] if n < len(cells) and cells[n] is not None else "").strip() for key, n in places.items()
        }
        if not any(values.values()):
            continue
        try:
            row = _row(number, values, words)
            first = seen.setdefault((row.id_no, row.group), number)
            if first != number:
                raise BadInput(f"与第 {first} 行是同一人同一类对象", next_step="只留一行")
            rows.append(row)
        except BadInput as error:
            rejections.append(
                {"row": str(number), "name": values.get("name", ""), "why": error.text, "step": error.step}
            )
    return rows, rejections


def _row(number: int, values: Mapping[str, str], words: Vocabulary) -> _Row:
    if not values["name"]:
        raise BadInput("没有姓名")
    if not values["id_no"]:
        raise BadInput("没有身份证号")
    found = idno.check(values["id_no"])
    group = words.group_of(values["group"])
    if group is None:
        raise BadInput(f"没有名为“{values['group']}”的对象", next_step="写规则里有的对象,例如“失业保险金”")
    area = area_of(values["area"]) if values.get("area") else "urban"
    if area is None:
        raise BadInput(f"城乡“{values['area']}”无法识别", next_step="写城市或农村")
    account = "".join(values.get("account", "").split())
    if account and not account.isdigit():
        raise BadInput(f"账号“{crypto.mask_account(account)}”有数字以外的字符")
    return _Row(
        number, values["name"][:60], found.number, group, area, account, (values.get("holder") or values["name"])[:60],
        values.get("bank", "")[:80],
    )  # fmt: skip


def _keep(rows: list[_Row], made: GroupList) -> None:
    numbers = [row.id_no for row in rows]
    indexes = crypto.blind_indexes(numbers)
    sealed = crypto.seal_all(numbers, indexes)
    accounts = [row.account for row in rows if row.account]
    account_indexes = crypto.blind_indexes(accounts)
    sealed_accounts = dict(
        zip(accounts, zip(account_indexes, crypto.seal_all(accounts, account_indexes), strict=True), strict=True)
    )
    members = [
        GroupMember(
            group_list=made,
            division_code=made.division_code,
            index_month=made.index_month,
            group_name=row.group,
            area=row.area,
            name=row.name,
            id_no_encrypted=blob,
            id_no_index=index,
            id_no_masked=crypto.mask_id_no(row.id_no),
            account_index=sealed_accounts[row.account][0] if row.account else None,
            account_encrypted=sealed_accounts[row.account][1] if row.account else None,
            account_masked=crypto.mask_account(row.account) if row.account else "",
            holder_name=row.holder if row.account else "",
            bank_name=row.bank if row.account else "",
            row_number=row.number,
        )
        for row, index, blob in zip(rows, indexes, sealed, strict=True)
    ]
    GroupMember.objects.bulk_create(members, batch_size=BATCH)
    if members:
        refresh(GroupMember)
