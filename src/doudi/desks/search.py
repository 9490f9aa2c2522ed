"""Finding a person or a family: name, pinyin initials, last four of the number, household number, whole number."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import path

from doudi.kernel.names import clean_name
from doudi.registry import queries as registry
from doudi.security.web import desk

SHOWN_AT_MOST = 50


@desk("view_family")
def search(request: HttpRequest) -> HttpResponse:
    """List the people who fit, with place, birth year and family, so that namesakes are told apart."""
    text = request.GET.get("q", "").strip()[:40]
    hits = registry.search(text, request.today, limit=SHOWN_AT_MOST) if text else []  # type: ignore[attr-defined]
    names = [hit.person.name for hit in hits]
    return render(
        request,
        "desks/search/search.html",
        {
            # A whole identity number is not put back on the page.
            "q": text if sum(character.isdigit() for character in clean_name(text)) < 15 else "",
            "asked": bool(text),
            "hits": hits,
            "namesakes": {name for name in names if names.count(name) > 1},
            "is_full": len(hits) == SHOWN_AT_MOST,
        },
    )


urlpatterns = [path("search/", search, name="search")]
