"""Opening the part of the register that a post may see.

Row-level security compares every row's division with two values of the transaction.
Without them no row is visible, so forgetting the scope shows nothing.
"""

import contextlib
import contextvars
import dataclasses
from collections.abc import Iterator

from django.db import connection, transaction

from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import NotPermitted

TELL = "select set_config('app.r0', %s, true), set_config('app.r1', %s, true), set_config('app.user', %s, true)"
WIDENING_ROLE = "system"


@dataclasses.dataclass(frozen=True)
class Scope:
    """Who acts now, and in which subtree."""

    actor: Actor
    code: str


_present: contextvars.ContextVar[Scope | None] = contextvars.ContextVar("scope", default=None)


def present() -> Scope | None:
    """Give the scope that is open, or None."""
    return _present.get()


def _tell(low: str, high: str, login: str) -> None:
    with connection.cursor() as cursor:
        cursor.execute(TELL, [low, high, login])


@contextlib.contextmanager
def acting(actor: Actor, scope_code: str | None = None) -> Iterator[Actor]:
    """Open a transaction in which the actor sees one subtree: the post's own, or a narrower one.

    Calls may be nested; an inner one narrows (only the system may widen) and the outer
    scope returns afterwards. An exception rolls back everything done inside.

    :raises NotPermitted: the subtree lies outside the post's, or outside the scope already open.
    """
    code = codes.check(actor.scope_code if scope_code is None else scope_code)
    outer = _present.get()
    if not codes.contains(actor.scope_code, code):
        raise NotPermitted(next_step="不在您的辖区内,由所在地的相应岗位办理", division_code=code)
    if outer and not codes.contains(outer.code, code) and actor.role != WIDENING_ROLE:
        raise NotPermitted(next_step="不能超出已打开的辖区", division_code=code)
    was_open = connection.in_atomic_block
    token = _present.set(Scope(actor, code))
    try:
        with transaction.atomic():
            _tell(code, codes.upper(code), actor.login)
            yield actor
            if outer:
                _tell(outer.code, codes.upper(outer.code), outer.actor.login)
            elif was_open:
                _tell("", "", "")
    finally:
        _present.reset(token)
