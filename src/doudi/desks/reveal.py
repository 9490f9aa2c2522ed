"""Showing a number in full: for a reason, on the trail, for half a minute."""

import dataclasses

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path
from django.views.decorators.http import require_GET, require_POST

from doudi.audit.services import record
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.registry.models import PayeeAccount, Person
from doudi.security.crypto import open_sealed
from doudi.security.permissions import require
from doudi.security.web import desk

SHOWN_SECONDS = 30
REASON_LIMIT = 100


@dataclasses.dataclass(frozen=True)
class Shown:
    """A number opened for a reason."""

    number: str
    masked: str
    division_code: str


def _person(pk: int) -> Shown | None:
    person = Person.objects.filter(pk=pk).first()
    if person is None or person.id_no_encrypted is None or person.id_no_index is None:
        return None
    return Shown(open_sealed(person.id_no_encrypted, person.id_no_index), person.id_no_masked, person.division_code)


def _account(pk: int) -> Shown | None:
    account = PayeeAccount.objects.filter(pk=pk).first()
    if account is None:
        return None
    number = open_sealed(account.account_encrypted, account.account_index)
    return Shown(number, account.account_masked, account.division_code)


KINDS = {"person": ("身份证号", _person), "account": ("账号", _account)}


@require_POST
@desk("reveal_identity")
def reveal(request: HttpRequest, kind: str = "", pk: int = 0) -> HttpResponse:
    """Show one number in full.

    :raises BadInput: no reason, or not a kind of number.
    :raises NotPermitted: no such row, or outside the scope.
    """
    actor: Actor = request.actor  # type: ignore[attr-defined]
    kind = kind or request.POST.get("kind", "")
    given = request.POST.get("id", "")
    number = pk or (int(given) if given.isdecimal() and len(given) <= 18 else 0)
    reason = request.POST.get("reason", "").strip()
    if kind not in KINDS:
        raise BadInput("没有这一类号码", where="kind")
    if not reason or len(reason) > REASON_LIMIT:
        raise BadInput(f"请写明查看的理由(1 到 {REASON_LIMIT} 个字)", where="理由")
    label, find = KINDS[kind]
    shown = find(number)
    if shown is None:
        raise NotPermitted(next_step="不在您的辖区内,或没有登记这个号码")
    require(actor, "reveal_identity", shown.division_code)
    record("identity.revealed", actor=actor, division_code=shown.division_code, subject=f"{kind}:{number}",
           details={"reason": reason, "what": label})  # fmt: skip
    page = "shown" if request.headers.get("HX-Request") else "page"
    values = {"label": label, "shown": shown, "seconds": SHOWN_SECONDS, "kind": kind, "number": number}
    return render(request, f"desks/reveal/{page}.html", values)


@require_GET
@desk("reveal_identity")
def hidden(request: HttpRequest, kind: str, pk: int) -> HttpResponse:
    """Give the masked form back when the half minute is over."""
    find = KINDS.get(kind, KINDS["person"])[1]
    shown = find(pk)
    return render(request, "desks/reveal/hidden.html", {"masked": shown.masked if shown else "--"})


urlpatterns = [
    path("reveal/", reveal, name="reveal"),
    path("reveal/<str:kind>/<int:pk>/", reveal, name="reveal_number"),
    path("reveal/<str:kind>/<int:pk>/hidden/", hidden, name="reveal_hidden"),
]
