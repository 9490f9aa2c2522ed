"""A person who belongs to several groups is paid once, or as the place says."""

from collections.abc import Iterable, Mapping
from typing import NamedTuple

from doudi.linkage.model import Dedup


class Claim(NamedTuple):
    """What one identity would be paid as a member of one group."""

    identity: str
    group: str
    amount_fen: int


class Paid(NamedTuple):
    """What an identity is paid, as a member of which group, and which memberships were left aside."""

    identity: str
    group: str
    amount_fen: int
    left_aside: tuple[str, ...]


def once(claims: Iterable[Claim], dedup: Dedup) -> list[Paid]:
    """Give every identity one line, in the order of the identities.

    Of equal amounts the group that stands first in the rule's order of priority, then by name, is kept,
    so that the result does not depend on the order of the rows.
    """
    held: dict[str, dict[str, int]] = {}
    for claim in claims:
        groups = held.setdefault(claim.identity, {})
        groups[claim.group] = max(claim.amount_fen, groups.get(claim.group, 0))
    rank = {group: place for place, group in enumerate(dedup.priority)}
    return [_one(identity, held[identity], dedup, rank) for identity in sorted(held)]


def _one(identity: str, groups: Mapping[str, int], dedup: Dedup, rank: Mapping[str, int]) -> Paid:
    def order(group: str) -> tuple[int, int, str]:
        amount = 0 if dedup.take == "first" else -groups[group]
        return (amount, rank.get(group, len(rank)), group)

    best = min(groups, key=order)
    amount = sum(groups.values()) if dedup.take == "sum" else groups[best]
    return Paid(identity, best, amount, tuple(sorted(one for one in groups if one != best)))
