"""Who acts: carried from the edge to every service; no look-ups here."""

import dataclasses

ROLES: dict[str, str] = {
    "village": "村(社区)协理员",
    "township": "乡镇(街道)经办",
    "county": "县级民政",
    "finance": "财务",
    "province": "省级",
    "auditor": "审计",
    "administrator": "系统管理员",
    "system": "系统",
}


@dataclasses.dataclass(frozen=True)
class Actor:
    """A natural person in a post.

    ``person_key`` names the human being, so that two log-ins of one person never count as two people.
    ``scope_code`` is the division whose subtree the post may see; ``""`` is the nation.
    """

    user_id: int
    login: str
    person_key: str
    name: str
    role: str
    scope_code: str

    @property
    def role_label(self) -> str:
        return ROLES[self.role]


SYSTEM = Actor(user_id=0, login="system", person_key="system", name="系统", role="system", scope_code="")
