"""A rule's formula as SQL text for DuckDB: whole numbers and truth values, nothing else.

An expression knows whether it can be NULL and the least value it can have.  Both are used to
keep the text exact: GREATEST ignores NULL, so it is only written when nothing can be NULL;
``//`` cuts towards zero, so the floor is corrected when the dividend may be negative; a
divisor that could be zero is refused.  Plain values are folded where the answer does not depend on the rest.
"""

from typing import Any

from doudi.engine.values import UNKNOWN, Expression
from doudi.kernel.errors import BadInput


class NotSql(BadInput):
    """A rule does something that has no exact meaning in SQL."""


def text_of(value: Any) -> str:
    """Write an operand: an expression, a literal or NULL."""
    if isinstance(value, Sql):
        return value.text
    if value is UNKNOWN:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value) if value >= 0 else f"({value})"
    raise NotSql(f"规则里出现了不是整数也不是真假的值:{value!r}")


def _nullable(*values: Any) -> bool:
    return any(value is UNKNOWN or (isinstance(value, Sql) and value.nullable) for value in values)


def _low(value: Any) -> int | None:
    if isinstance(value, Sql):
        return value.low
    return value if isinstance(value, int) and not isinstance(value, bool) else None


def _least_low(*values: Any) -> int | None:
    lows = [_low(value) for value in values]
    return None if None in lows else min(low for low in lows if low is not None)


class Sql(Expression):
    """SQL text of a formula, whether it can be NULL, and its least possible value (0 for truth values).

    ``test`` is what a CASE may ask instead of the text: the same where the text is known, and NULL
    (which CASE takes for false) where the text has turned unknown into false.
    """

    __slots__ = ("low", "nullable", "test", "text")
    __hash__ = None  # type: ignore[assignment]

    def __init__(self, text: str, nullable: bool = False, low: int | None = None, test: str = "") -> None:
        self.text, self.nullable, self.low, self.test = text, nullable, low, test or text

    def __repr__(self) -> str:
        return self.text

    def _arithmetic(self, symbol: str, left: Any, right: Any) -> Any:
        if left is UNKNOWN or right is UNKNOWN:
            return UNKNOWN
        low: int | None = None
        first, second = _low(left), _low(right)
        if first is not None and second is not None:
            if symbol == "+":
                low = first + second
            elif symbol == "*" and first >= 0 and second >= 0:
                low = first * second
        return Sql(f"({text_of(left)} {symbol} {text_of(right)})", _nullable(left, right), low)

    def __add__(self, other: Any) -> Any:
        return self._arithmetic("+", self, other)

    def __radd__(self, other: Any) -> Any:
        return self._arithmetic("+", other, self)

    def __sub__(self, other: Any) -> Any:
        return self._arithmetic("-", self, other)

    def __rsub__(self, other: Any) -> Any:
        return self._arithmetic("-", other, self)

    def __mul__(self, other: Any) -> Any:
        return self._arithmetic("*", self, other)

    def __rmul__(self, other: Any) -> Any:
        return self._arithmetic("*", other, self)

    def __neg__(self) -> "Sql":
        return Sql(f"(- {self.text})", self.nullable)

    def _compared(self, symbol: str, other: Any) -> Any:
        if other is UNKNOWN:
            return UNKNOWN
        return Sql(f"({self.text} {symbol} {text_of(other)})", _nullable(self, other), 0)

    def __lt__(self, other: Any) -> Any:
        return self._compared("<", other)

    def __le__(self, other: Any) -> Any:
        return self._compared("<=", other)

    def __gt__(self, other: Any) -> Any:
        return self._compared(">", other)

    def __ge__(self, other: Any) -> Any:
        return self._compared(">=", other)

    def __eq__(self, other: Any) -> Any:
        return self._compared("=", other)

    def __ne__(self, other: Any) -> Any:
        return self._compared("<>", other)

    def _joined(self, word: str, left: Any, right: Any, decisive: bool) -> Any:
        """Write ``and`` (False is decisive) or ``or`` (True is)."""
        for one, other in ((left, right), (right, left)):
            if isinstance(one, bool):
                return one if one is decisive else other
        tests = [one.test if isinstance(one, Sql) else text_of(one) for one in (left, right)]
        text = f"({text_of(left)} {word} {text_of(right)})"
        return Sql(text, _nullable(left, right), 0, f"({f' {word} '.join(tests)})")

    def __and__(self, other: Any) -> Any:
        return self._joined("and", self, other, False)

    def __rand__(self, other: Any) -> Any:
        return self._joined("and", other, self, False)

    def __or__(self, other: Any) -> Any:
        return self._joined("or", self, other, True)

    def __ror__(self, other: Any) -> Any:
        return self._joined("or", other, self, True)

    def choose(self, then: Any, otherwise: Any) -> Any:
        if then is UNKNOWN and otherwise is UNKNOWN:
            return UNKNOWN
        low = _least_low(then, otherwise)
        first, second = text_of(then), text_of(otherwise)
        if not isinstance(then, Sql) and not isinstance(otherwise, Sql) and not isinstance(then, bool):
            first = f"cast({first} as bigint)"  # two literals alone would make a 32-bit number
        if not self.nullable:
            return Sql(f"case when {self.test} then {first} else {second} end", _nullable(then, otherwise), low)
        return Sql(f"case when {self.text} then {first} when not {self.text} then {second} end", True, low)

    def negated(self) -> "Sql":
        return Sql(f"(not {self.text})", self.nullable, 0)

    def is_missing(self) -> Any:
        return Sql(f"({self.text} is null)", False, 0) if self.nullable else False

    def is_certain(self) -> "Sql":
        if not self.nullable:
            return self
        return Sql(f"coalesce({self.text}, false)", False, 0, self.test)

    def as_number(self) -> "Sql":
        return Sql(f"cast({self.text} as bigint)", self.nullable, 0)

    def _extreme(self, other: Any, name: str, symbol: str) -> Any:
        if other is UNKNOWN:
            return UNKNOWN
        here, there = self.text, text_of(other)
        lows = self.low, _low(other)
        known = [low for low in lows if low is not None]
        low = max(known, default=None) if name == "greatest" else min(known) if len(known) == 2 else None
        if not _nullable(self, other):
            return Sql(f"{name}({here}, {there})", False, low)
        if not _nullable(other):  # ELSE takes the one that can be unknown
            return Sql(f"case when {there} {symbol} {here} then {there} else {here} end", True, low)
        text = f"case when {here} {symbol} {there} then {here} when {there} {symbol} {here} then {there} end"
        return Sql(text, True, low)

    def most_of(self, other: Any) -> Any:
        return self._extreme(other, "greatest", ">=")

    def least_of(self, other: Any) -> Any:
        return self._extreme(other, "least", "<=")

    def __floordiv__(self, divisor: Any) -> Any:
        return _quotient(self, divisor)

    def __rfloordiv__(self, dividend: Any) -> Any:
        return _quotient(dividend, self)


def _quotient(dividend: Any, divisor: Any) -> Any:
    """Divide rounded down.

    :raises NotSql: the divisor is not known to be at least 1.
    """
    if dividend is UNKNOWN or divisor is UNKNOWN:
        return UNKNOWN
    least = _low(divisor)
    if least is None or least < 1:
        raise NotSql(f"除数 {text_of(divisor)} 可能为零", next_step="写成 div(a, most(b, 1))")
    above, below = text_of(dividend), text_of(divisor)
    unknown = _nullable(dividend, divisor)
    low = _low(dividend)
    if low is not None and low >= 0:
        return Sql(f"({above} // {below})", unknown, 0)
    corrected = f"({above} // {below} - case when {above} < 0 and {above} % {below} <> 0 then 1 else 0 end)"
    return Sql(corrected, unknown)
