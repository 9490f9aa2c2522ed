"""Writing the trail."""

import json
from typing import Any

from django.db import connection, connections

from doudi.kernel.actors import Actor

COUNTY_LENGTH = 6
LOOKS = ("page.", "login.", "access.")
CHANGES, VIEWS = "", "v"
TEXT_LIMIT = 200

APPEND = "select audit_append(%s, %s, %s, %s, %s, %s, %s, %s, %s::jsonb)"


def chain_of(verb: str, division_code: str) -> str:
    """Name the chain an entry belongs to: the county, or the nation for everything above counties.

    What people look at has chains of its own: a long step of work, which holds its chain
    until it ends, must not keep others from opening pages.
    """
    county = division_code[:COUNTY_LENGTH] if len(division_code) >= COUNTY_LENGTH else ""
    return county + (VIEWS if verb.startswith(LOOKS) else CHANGES)


def record(
    verb: str, *, actor: Actor, division_code: str = "", subject: str = "", details: dict[str, Any] | None = None
) -> int:
    """Add one entry to the trail in the present transaction; return its number in its chain.

    Without a division the entry belongs to the actor's own. Bulk steps write one entry with counts and digests.
    """
    place = division_code or actor.scope_code
    body = json.dumps(details or {}, ensure_ascii=False, default=str)
    with connection.cursor() as cursor:
        cursor.execute(
            APPEND,
            [chain_of(verb, place), actor.login, actor.name, actor.person_key, actor.role, verb, place,
             subject[:TEXT_LIMIT], body],
        )  # fmt: skip
        return int(cursor.fetchone()[0])


def record_apart(
    verb: str, *, actor: Actor, division_code: str = "", subject: str = "", details: dict[str, Any] | None = None
) -> None:
    """Add an entry that stays although the present transaction is given up: an attempt that was refused.

    Only for the chains of looks and refusals (``page.``, ``login.``, ``access.``), which no long step holds.
    """
    assert verb.startswith(LOOKS), verb
    place = division_code or actor.scope_code
    body = json.dumps(details or {}, ensure_ascii=False, default=str)
    apart = connections.create_connection("default")
    apart.settings_dict = connection.settings_dict
    try:
        with apart.cursor() as cursor:
            cursor.execute(
                APPEND,
                [chain_of(verb, place), actor.login, actor.name, actor.person_key, actor.role, verb, place,
                 subject[:TEXT_LIMIT], body],
            )  # fmt: skip
    finally:
        apart.close()
