"""What a rule computes with: whole numbers, truth values, and the third value, UNKNOWN.

Kleene's logic: ``False & UNKNOWN`` is False and ``True | UNKNOWN`` is True; everything else
that touches UNKNOWN stays UNKNOWN.  An executor that wants to see the formula instead of a
number (SQL, a data frame) hands the rules objects derived from :class:`Expression`.
"""

from typing import Any, NoReturn


class BranchOnValue(TypeError):
    """A rule tried to branch on a value; it must use ``where``, ``missing`` or ``certainly``."""


class Unknown:
    """The third value; there is one instance, ``UNKNOWN``."""

    __slots__ = ()

    def _stay(self, *_: Any) -> "Unknown":
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = __neg__ = _stay
    __floordiv__ = __rfloordiv__ = _stay
    __lt__ = __le__ = __gt__ = __ge__ = __eq__ = __ne__ = _stay  # type: ignore[assignment]
    __hash__ = object.__hash__

    def __and__(self, other: Any) -> Any:
        return False if other is False else other & self if isinstance(other, Expression) else self

    __rand__ = __and__

    def __or__(self, other: Any) -> Any:
        return True if other is True else other | self if isinstance(other, Expression) else self

    __ror__ = __or__

    def __bool__(self) -> NoReturn:
        raise BranchOnValue("规则不能对未知值作分支,请用 where、missing 或 certainly")

    def __repr__(self) -> str:
        return "UNKNOWN"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN = Unknown()


class Expression:
    """A formula in the making; operators give formulas again and nothing may branch on one.

    Not an abstract base class: rules ask ``isinstance`` at every step and that must be cheap.
    Subclasses also give ``+ - *`` and the comparisons; ``&`` and ``|`` have Kleene's meaning.
    """

    __slots__ = ()

    def choose(self, then: Any, otherwise: Any) -> "Expression":
        """Give ``then`` where self is true, ``otherwise`` where false, unknown where unknown."""
        raise NotImplementedError

    def negated(self) -> "Expression":
        raise NotImplementedError

    def is_missing(self) -> "Expression":
        raise NotImplementedError

    def is_certain(self) -> "Expression":
        raise NotImplementedError

    def as_number(self) -> "Expression":
        raise NotImplementedError

    def most_of(self, other: Any) -> "Expression":
        raise NotImplementedError

    def least_of(self, other: Any) -> "Expression":
        raise NotImplementedError

    def __and__(self, other: Any) -> "Expression":
        raise NotImplementedError

    def __or__(self, other: Any) -> "Expression":
        raise NotImplementedError

    def __floordiv__(self, divisor: Any) -> "Expression":
        """Divide whole numbers, rounded towards minus infinity; the divisor is positive."""
        raise NotImplementedError

    def __rfloordiv__(self, dividend: Any) -> "Expression":
        """Divide ``dividend`` by self, rounded towards minus infinity; self is positive."""
        raise NotImplementedError

    def __bool__(self) -> NoReturn:
        raise BranchOnValue("规则不能对值作分支,请用 where")
