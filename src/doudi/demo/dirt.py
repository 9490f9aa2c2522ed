"""The errors that department files really have: numbers spelled oddly, and rows that must not be taken.

Odd spellings say the truth in another form and have to be read.  Bad rows are added beside the
true ones, so that refusing them loses nothing and taking one shows at once.
"""

import datetime as dt
from collections.abc import Callable
from random import Random

from doudi.demo import shape
from doudi.demo.families import Member
from doudi.demo.plant import Planted
from doudi.facts.kinds import KINDS
from doudi.kernel import idno

Row = list[str]
ODD_PERMILLE = 12
FUTURE_BIRTH = dt.date(2031, 5, 6)
WIDE = str.maketrans("0123456789", "０１２３４５６７８９")
STRANGER_AREA = "999888"


def old_number(number: str) -> str:
    """Write a number as the first generation had it: 15 digits; later births have no such form."""
    return number[:6] + number[8:17] if number[6:8] == "19" else number


ODD: tuple[Callable[[str], str], ...] = (
    old_number,
    lambda number: number.lower(),
    lambda number: number.translate(WIDE),
    lambda number: f"{number[:6]} {number[6:14]} {number[14:]}",
    lambda number: f" {number}\u200b",
)


def wrong_digit(number: str) -> str:
    """Change the check character to one that does not fit."""
    return number[:17] + ("0" if number[17] != "0" else "1")


class Soiler:
    """Soils the rows of one department's file."""

    def __init__(self, kind: str, people: list[Member], rng: Random) -> None:
        self.kind = KINDS[kind]
        keys = [column.key for column in self.kind.columns]
        self.id_at, self.name_at = keys.index("id_no"), keys.index("name")
        self.number_at = keys.index("household_number") if "household_number" in keys else -1
        self.people = people
        self.rng = rng
        self.planted: list[Planted] = []

    def soil(self, rows: list[Row], *, numeric: bool) -> list[Row | list[str | float]]:
        """Respell some numbers, mix in bad rows, and end with a totals row where the office adds one."""
        for row in rows:
            if self.rng.random() * 1000 < ODD_PERMILLE:
                row[self.id_at] = self.rng.choice(ODD)(row[self.id_at])
                row[self.name_at] = f" {row[self.name_at]} " if self.rng.random() < 0.5 else row[self.name_at]
        soiled: list[Row | list[str | float]] = list(rows)
        wanted = max(3, len(rows) * shape.DIRT_PERMILLE // 1000)
        for turn in range(wanted if rows else 0):
            soiled.insert(self.rng.randrange(len(soiled) + 1), self._bad_row(rows, turn, numeric))
        if self.kind.name in ("roster", "home_survey", "medical"):
            soiled.append(self._totals(rows))
        return soiled

    def _bad_row(self, rows: list[Row], turn: int, numeric: bool) -> list[str | float]:
        stranger = Member(
            idno.make(STRANGER_AREA, dt.date(1950 + turn % 50, 1 + turn % 12, 1 + turn % 28), 1 + turn % 998),
            "查无此",
            "M",
            dt.date(1950, 1, 1),
            "head",
        )
        makers = [self._wrong_digit, self._future, self._nameless, self._repeat]
        if self.kind.name != "roster":
            makers += [self._other_name, self._unregistered]
        if numeric:
            makers.append(self._as_number)
        row: list[str | float] = list(self.rng.choice(rows))
        maker = makers[turn % len(makers)]
        if self.number_at >= 0 and maker != self._repeat:
            row[self.number_at] = f"{str(row[self.number_at])[:6]}9{turn:06d}"
        return maker(row, stranger)

    def _say(self, member_id: str, name: str, row: list[str | float], note: str, outcome: str) -> None:
        household = str(row[self.number_at]) if self.number_at >= 0 else ""
        self.planted.append(Planted("bad_row", member_id, name, household, f"{self.kind.label}:{note}", outcome))

    def _wrong_digit(self, row: list[str | float], stranger: Member) -> list[str | float]:
        row[self.id_at], row[self.name_at] = wrong_digit(stranger.id_no), stranger.name
        self._say(str(row[self.id_at]), stranger.name, row, "校验码不对", "rejected")
        return row

    def _future(self, row: list[str | float], stranger: Member) -> list[str | float]:
        row[self.id_at] = idno.make(STRANGER_AREA, FUTURE_BIRTH, 1 + self.rng.randrange(998))
        row[self.name_at] = stranger.name
        self._say(str(row[self.id_at]), stranger.name, row, "出生日期在将来", "rejected")
        return row

    def _nameless(self, row: list[str | float], stranger: Member) -> list[str | float]:
        row[self.id_at], row[self.name_at] = stranger.id_no, ""
        self._say(stranger.id_no, "", row, "姓名空白", "rejected")
        return row

    def _repeat(self, row: list[str | float], _stranger: Member) -> list[str | float]:
        """Write an existing row once more, word for word; only one of the two may count."""
        self._say(str(row[self.id_at]), str(row[self.name_at]), row, "重复行", "rejected")
        return row

    def _other_name(self, row: list[str | float], _stranger: Member) -> list[str | float]:
        member = self.rng.choice(self.people)
        row[self.id_at], row[self.name_at] = member.id_no, "赵错名"
        self._say(member.id_no, "赵错名", row, "号码相符而姓名不同", "set aside")
        return row

    def _unregistered(self, row: list[str | float], stranger: Member) -> list[str | float]:
        row[self.id_at], row[self.name_at] = stranger.id_no, stranger.name
        self._say(stranger.id_no, stranger.name, row, "不在本县登记", "not registered")
        return row

    def _as_number(self, row: list[str | float], stranger: Member) -> list[str | float]:
        row[self.id_at] = float(stranger.id_no[:17] + "0")
        row[self.name_at] = stranger.name
        self._say(stranger.id_no, stranger.name, row, "身份证号是数值单元格", "rejected")
        return row

    def _totals(self, rows: list[Row]) -> Row:
        row = [""] * len(self.kind.columns)
        row[0] = "合计"
        row[self.name_at if self.name_at else 1] = f"{len(rows)} 人"
        return row
