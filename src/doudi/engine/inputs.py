"""The inputs of the rules: their names, types and who can supply them; the gate for files and families.

Behind the gate the rules may trust what they see: keys are there, types and ranges are right,
and only inputs declared nullable can be unknown.
"""

import dataclasses
import difflib
import functools
import pathlib
from typing import Any

from doudi.engine import gates
from doudi.engine.gates import Check
from doudi.engine.rule import HOUSEHOLD, PERSON
from doudi.engine.values import UNKNOWN
from doudi.kernel.errors import BadInput

TYPES = ("int", "bool", "code", "text", "key")
FAR_BEYOND = 10**13
APPLICATION = "application"
TRUE_TEXTS, FALSE_TEXTS = ("true", "1", "是", "t", "yes"), ("false", "0", "否", "f", "no")


@dataclasses.dataclass(frozen=True)
class Input:
    """One named fact about a person or a household.

    ``ask`` says who can supply it, ``feed`` which department file carries it; after ``stale_days``
    it should be asked again; ``varies`` tells whether the explanation may speak of what happens
    when it changes.  ``default`` is what a file without the column, or an empty cell, means: for facts
    that only an application or an event brings.  ``word`` is its short name in worked cases.
    """

    name: str
    entity: str
    type: str
    nullable: bool = False
    label: str = ""
    unit: str = ""
    low: int | None = 0
    high: int | None = None
    ask: str = ""
    feed: str = ""
    stale_days: int | None = None
    values: dict[int, str] = dataclasses.field(default_factory=dict, hash=False)
    varies: bool = True
    default: int | bool | None = None
    word: str = ""

    @property
    def is_key(self) -> bool:
        return self.type in ("key", "text")

    @property
    def may_be_empty(self) -> bool:
        """Tell whether a cell or the whole column may be left out: unknown, or the default, then."""
        return self.nullable or self.default is not None

    @property
    def is_of_application(self) -> bool:
        """Tell whether an application or an event brings it, so that no register holds it from month to month."""
        return self.feed == APPLICATION

    @property
    def ceiling(self) -> int:
        """The greatest number accepted; without a declared one, far below what 64 bits hold after any rule."""
        return self.high if self.high is not None else FAR_BEYOND

    @property
    def floor(self) -> int:
        return self.low if self.low is not None else -FAR_BEYOND

    @property
    def sql_type(self) -> str:
        return {"bool": "boolean", "text": "varchar"}.get(self.type, "bigint")

    def checked(self, value: Any, where: str) -> Any:
        """Give the value as the rules see it, None as UNKNOWN.

        :raises BadInput: wrong type, out of range, or unknown where that is not allowed.
        """
        if value is None or value is UNKNOWN:
            if self.default is not None:
                return self.default
            if self.nullable:
                return UNKNOWN
            raise BadInput(f"“{self.label or self.name}”必须填写", where=where, next_step=f"请补上 {self.name}")
        if self.type == "text":
            return str(value)
        if self.type == "bool":
            if isinstance(value, bool):
                return value
            raise BadInput(
                f"“{self.label or self.name}”应为是或否,读到“{value}”", where=where, next_step="请写成 true 或 false"
            )
        if isinstance(value, bool) or not isinstance(value, int):
            raise BadInput(
                f"“{self.label or self.name}”应为整数,读到“{value}”", where=where, next_step="金额以分为单位,不带小数"
            )
        problem = self.out_of_range(value)
        if problem:
            raise BadInput(problem, where=where, next_step=f"请核对 {self.name}")
        return value

    def out_of_range(self, value: int) -> str:
        """Say in Chinese what is wrong with a whole number; empty when nothing is."""
        label = self.label or self.name
        if self.type == "key":
            return ""
        if value < self.floor:
            return f"“{label}”不能小于 {self.floor},读到 {value}"
        if value > self.ceiling:
            return f"“{label}”不能大于 {self.ceiling},读到 {value}"
        if self.values and value not in self.values:
            known = "、".join(f"{number} {word}" for number, word in self.values.items())
            return f"“{label}”没有代码 {value}(可用:{known})"
        return ""


@dataclasses.dataclass(frozen=True)
class Inputs:
    """All inputs, in the column order of the files, and the checks between several of them."""

    rows: tuple[Input, ...]
    checks: tuple[Check, ...] = ()

    def __post_init__(self) -> None:
        seen: set[tuple[str, str]] = set()
        for row in self.rows:
            if row.entity not in (PERSON, HOUSEHOLD) or row.type not in TYPES:
                raise BadInput(f"输入项 {row.name} 的主体或类型写错了", where="inputs.yaml")
            if (row.entity, row.name) in seen:
                raise BadInput(f"输入项 {row.name} 写了两次", where="inputs.yaml")
            seen.add((row.entity, row.name))
            if row.nullable and row.default is not None:
                raise BadInput(f"输入项 {row.name} 不能既可未知又有默认值", where="inputs.yaml")

    def of(self, entity: str) -> tuple[Input, ...]:
        return tuple(row for row in self.rows if row.entity == entity)

    def names(self, entity: str) -> tuple[str, ...]:
        return tuple(row.name for row in self.of(entity))

    def get(self, name: str) -> Input | None:
        """Find an input that rules can use by its name (keys are in both tables)."""
        return self._by_name.get(name)

    @functools.cached_property
    def _by_name(self) -> dict[str, Input]:
        return {row.name: row for row in reversed(self.rows)}

    @functools.cached_property
    def _by_entity(self) -> dict[str, dict[str, tuple[Input, Any]]]:
        """Give each entity's inputs by name, with what an unstated one means."""
        return {entity: {one.name: (one, _default(one)) for one in self.of(entity)} for entity in (PERSON, HOUSEHOLD)}

    @property
    def fingerprint(self) -> list[list[Any]]:
        """List what matters for results: names, types and whether unknown is allowed."""
        return [
            [row.entity, row.name, row.type, row.nullable] + ([row.default] if row.default is not None else [])
            for row in self.rows
        ]

    def checked_family(self, family: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
        """Check a family as read from a form or a file; unstated inputs are unknown.

        Keys may be left out: members are numbered, and the household is number 1.

        :raises BadInput: names the member and the field.
        """
        if not isinstance(family, dict) or not isinstance(family.get("persons"), list) or not family["persons"]:
            raise BadInput("家庭文件须有 household 和至少一个 persons", next_step="见 doudi schema family")
        household = dict(family.get("household") or {})
        household.setdefault("household_id", 1)
        household.setdefault("place_code", "")
        persons = []
        for number, row in enumerate(family["persons"], 1):
            if not isinstance(row, dict):
                raise BadInput("每个成员须是一组“名称: 值”", where=f"persons[{number}]")
            person = {"person_id": number} | row
            person["household_id"] = household["household_id"]
            persons.append(self._checked_row(PERSON, person, f"persons[{number}]"))
        return self._checked_row(HOUSEHOLD, household, "household"), persons

    def _checked_row(self, entity: str, row: dict[str, Any], where: str) -> dict[str, Any]:
        known = self._by_entity[entity]
        for name in row:
            if name not in known and name not in ("name", "facts"):
                close = difflib.get_close_matches(str(name), known, 1)
                hint = f"是不是 {close[0]}?" if close else "见 doudi schema family"
                raise BadInput(f"没有名为 {name} 的输入项", where=where, next_step=hint)
        found = {name: one.checked(row.get(name, default), f"{where}.{name}") for name, (one, default) in known.items()}
        refused = gates.first_refusal(self.checks, entity, found)
        if refused:
            raise BadInput(refused.text, where=where, next_step=refused.next_step)
        return found


def _default(one: Input) -> Any:
    """Give what an unstated input of a single family means: unknown, or none for held benefits."""
    if one.default is not None:
        return one.default
    if one.nullable or one.is_key or one.name == "is_rural":
        return None
    return False if one.type == "bool" else 0


def load(path: pathlib.Path) -> Inputs:
    """Read ``inputs.yaml``, and ``checks.yaml`` beside it.

    :raises BadInput: the file is missing or a row has an unknown attribute.
    """
    import yaml

    try:
        rows = yaml.load(path.read_text(encoding="utf-8"), Loader=getattr(yaml, "CSafeLoader", yaml.SafeLoader))
    except (OSError, yaml.YAMLError) as error:
        raise BadInput(f"读不到输入项定义:{error}", where=str(path)) from error
    fields = {field.name for field in dataclasses.fields(Input)}
    found = []
    for row in rows["inputs"] if isinstance(rows, dict) else rows:
        extra = set(row) - fields
        if extra:
            raise BadInput(f"输入项 {row.get('name')} 有不认识的属性 {'、'.join(sorted(extra))}", where=str(path))
        found.append(Input(**row))
    known = {entity: {one.name for one in found if one.entity == entity} for entity in (PERSON, HOUSEHOLD)}
    return Inputs(tuple(found), gates.load(path.with_name("checks.yaml"), known))
