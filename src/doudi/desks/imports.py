"""Department files: upload and pre-check, take in, the batches and the rows that went back."""

import contextlib
import datetime as dt
import hashlib
import re
import time
from pathlib import Path
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.core.files.uploadedfile import UploadedFile
from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import path
from django.views.decorators.http import require_POST

from doudi.audit.services import record
from doudi.benefits import services as benefits
from doudi.desks import exporting
from doudi.facts import imports as facts
from doudi.facts.checks import PROBLEM_LABELS
from doudi.facts.columns import kind_of_file
from doudi.facts.kinds import KINDS
from doudi.facts.models import Batch, RejectedRow
from doudi.facts.outcome import ImportResult
from doudi.facts.readers import MOST_BYTES
from doudi.kernel import codes
from doudi.kernel.actors import Actor
from doudi.kernel.errors import BadInput, NotPermitted
from doudi.places import queries as places
from doudi.security.permissions import may, require
from doudi.security.web import desk

PAGE_SIZE = 50
PROBLEMS_SHOWN = 200
COUNTY_LEVEL = 3
WAITING_SECONDS = 24 * 3600
TOKEN = re.compile(r"[0-9a-f]{64}\.(csv|xlsx|txt)")
TONES = {"rejected": "orange", "set_aside": "yellow", "not_registered": "plain"}


def _actor(request: HttpRequest) -> Actor:
    return request.actor  # type: ignore[attr-defined]


def _today(request: HttpRequest) -> dt.date:
    return request.today  # type: ignore[attr-defined]


def _waiting_folder() -> Path:
    folder = Path(settings.DOUDI_HOME) / "imports" / "waiting"
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    return folder


def _keep(upload: UploadedFile) -> Path:
    """Keep an upload under a name of our own until it is taken in; what waited for a day is removed."""
    if upload.size is None or upload.size > MOST_BYTES:
        raise BadInput(f"文件超过 {MOST_BYTES // 1_000_000} MB", next_step="请分批导入")
    suffix = Path(upload.name or "").suffix.lower()
    if suffix not in {".csv", ".xlsx", ".txt"}:
        raise BadInput(f"不能导入“{suffix or '没有扩展名'}”的文件", next_step="请上传 CSV 或 XLSX")
    body = upload.read()
    folder = _waiting_folder()
    for old in folder.iterdir():
        with contextlib.suppress(OSError):
            if time.time() - old.stat().st_mtime > WAITING_SECONDS:
                old.unlink()
    kept = folder / f"{hashlib.sha256(body).hexdigest()}{suffix}"
    kept.touch(mode=0o600)
    kept.write_bytes(body)
    return kept


def _batches(request: HttpRequest, kind: str) -> Any:
    found = Batch.objects.order_by("-id")
    return found.filter(kind=kind) if kind else found


def _list_page(request: HttpRequest, errors: dict[str, str] | None = None, status: int = 200) -> HttpResponse:
    actor = _actor(request)
    kind = request.GET.get("kind", "")
    page = Paginator(_batches(request, kind if kind in KINDS else ""), PAGE_SIZE).get_page(request.GET.get("page"))
    county = actor.scope_code
    batches = list(page.object_list)
    return render(
        request,
        "desks/imports/import_list.html",
        {
            "page": page,
            "batches": batches,
            "count": page.paginator.count,
            "labels": {k.name: k.label for k in KINDS.values()},
            "place_names": places.names_of({b.division_code for b in batches}, _today(request)) if batches else {},
            "kind": kind,
            "kind_options": [("", "全部种类"), *((k.name, k.label) for k in KINDS.values())],
            "chosen": [("种类", KINDS[kind].label, "kind")] if kind in KINDS else [],
            "upload_options": [("", "按文件名识别"), *((k.name, k.label) for k in KINDS.values())],
            "errors": errors or {},
            "may_import": may(actor, "import_facts", county) and codes.level(county) == COUNTY_LEVEL,
        },
        status=status,
    )


@desk("view_list")
def import_list(request: HttpRequest) -> HttpResponse:
    """List the batches of the post's divisions, and offer the upload to those who may."""
    return _list_page(request)


@require_POST
@desk("import_facts")
def import_file(request: HttpRequest) -> HttpResponse:
    """Pre-check an uploaded file: the whole way, with nothing written; then offer to take it in."""
    upload = request.FILES.get("file")
    if upload is None:
        return _list_page(request, {"file": "请选择要导入的文件"}, status=422)
    kind = request.POST.get("kind", "")
    if not kind:
        found = kind_of_file(upload.name or "")
        if found is None:
            return _list_page(request, {"kind": "从文件名认不出种类,请选择文件种类"}, status=422)
        kind = found.name
    try:
        kept = _keep(upload)
        name = Path(upload.name or "").name
        result = facts.load_file(
            kept, kind, _actor(request).scope_code, _today(request), _actor(request), dry_run=True, file_name=name
        )
    except BadInput as error:
        return _list_page(request, {"file": f"{error.text}。{error.step}"}, status=422)
    return _result_page(request, result, token=kept.name)


@require_POST
@desk("import_facts")
def import_take(request: HttpRequest) -> HttpResponse:
    """Take in the file that was pre-checked."""
    token = request.POST.get("token", "")
    kept = _waiting_folder() / token if TOKEN.fullmatch(token) else None
    if kept is None or not kept.is_file():
        raise BadInput("预检过的文件已不在,可能放了一天以上", next_step="请重新上传")
    name = Path(request.POST.get("file_name", "")).name[-200:]
    result = facts.load_file(
        kept,
        request.POST.get("kind", ""),
        _actor(request).scope_code,
        _today(request),
        _actor(request),
        confidentiality=request.POST.get("confidentiality", "internal"),
        file_name=name,
    )
    kept.unlink(missing_ok=True)
    messages.success(request, f"{result.kind_label}:{result.words}")
    if result.kind == "roster":
        count = benefits.take_over_roster(_actor(request).scope_code, _actor(request))
        messages.success(request, f"接续在册待遇 {count} 项")
    return redirect("import_batch", result.batch_id)


def _result_page(request: HttpRequest, result: ImportResult, token: str) -> HttpResponse:
    return render(
        request,
        "desks/imports/import_result.html",
        {
            "result": result,
            "token": token,
            "problems": result.problems[:PROBLEMS_SHOWN],
            "problem_labels": PROBLEM_LABELS,
            "tones": TONES,
            "shown_at_most": PROBLEMS_SHOWN,
            "confidentiality_options": list(facts.CONFIDENTIALITY.items()),
        },
    )


def _batch(request: HttpRequest, batch_id: int) -> Batch:
    """Open a batch. What is not visible is not permitted, whether or not it exists."""
    found = Batch.objects.filter(pk=batch_id).first()
    if found is None:
        raise NotPermitted(batch_id=batch_id)
    return found


@desk("view_list")
def import_batch(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Show one batch and the rows that were not taken."""
    batch = _batch(request, batch_id)
    rows = RejectedRow.objects.filter(batch=batch).order_by("row_number", "id")
    page = Paginator(rows, PAGE_SIZE).get_page(request.GET.get("page"))
    may_download = may(_actor(request), "import_facts", batch.division_code)
    return render(
        request,
        "desks/imports/import_batch.html",
        {
            "batch": batch,
            "label": KINDS[batch.kind].label,
            "place": places.path_name(batch.division_code, _today(request)),
            "confidentiality": facts.CONFIDENTIALITY.get(batch.confidentiality, batch.confidentiality),
            "page": page,
            "rows": list(page.object_list),
            "problem_labels": PROBLEM_LABELS,
            "tones": TONES,
            "has_error_file": may_download and facts.error_file_of(batch) is not None,
        },
    )


@desk("import_facts")
def import_errors(request: HttpRequest, batch_id: int) -> HttpResponse:
    """Give back the rows that were not taken, complete, to those who may import; the download is on the trail."""
    batch = _batch(request, batch_id)
    require(_actor(request), "import_facts", batch.division_code)
    found = facts.error_file_of(batch)
    if found is None:
        raise BadInput("这一批没有退回行,或退回文件已清理", next_step="需要时可用原文件重新预检")
    record(
        "facts.errors_downloaded",
        actor=_actor(request),
        division_code=batch.division_code,
        subject=f"batch:{batch.pk}",
        details={"rows": batch.rejected_count + batch.set_aside_count},
    )
    name = f"{Path(batch.file_name).stem}-退回行"
    return exporting.download(name, found.suffix.removeprefix("."), found.read_bytes())


urlpatterns = [
    path("imports/", import_list, name="import_list"),
    path("imports/check/", import_file, name="import_file"),
    path("imports/take/", import_take, name="import_take"),
    path("imports/<int:batch_id>/", import_batch, name="import_batch"),
    path("imports/<int:batch_id>/errors/", import_errors, name="import_errors"),
]
