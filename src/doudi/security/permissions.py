"""May this actor do this here?"""

from doudi.kernel import codes
from doudi.kernel.actors import ROLES, Actor
from doudi.kernel.errors import NotPermitted
from doudi.security.matrix import roles_of


def may(actor: Actor, verb: str, code: str | None = None) -> bool:
    """Tell whether the actor's post may do something in a division, by default in its own."""
    return actor.role in roles_of(verb) and codes.contains(actor.scope_code, actor.scope_code if code is None else code)


def require(actor: Actor, verb: str, code: str | None = None) -> None:
    """Refuse unless the actor's post may do something in a division, by default in its own.

    :raises NotPermitted: wrong post, or the division lies outside the post's subtree.
    """
    if actor.role not in roles_of(verb):
        doers = "、".join(label for role, label in ROLES.items() if role in roles_of(verb) and role != "system")
        raise NotPermitted(next_step=f"该事项由{doers}办理", verb=verb, division_code=code)
    if code is not None and not codes.contains(actor.scope_code, code):
        raise NotPermitted(next_step="不在您的辖区内,由所在地的相应岗位办理", verb=verb, division_code=code)
