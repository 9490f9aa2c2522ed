"""Ranges for exclusion constraints that need nothing but core PostgreSQL."""

from typing import Any

from django.db import models
from django.db.models import Func


class DateRange(Func):
    """``daterange(since, until)``; an open end never ends."""

    function = "daterange"
    output_field = models.TextField()


class PointRange(Func):
    """A number as a one-point range, so that core GiST can exclude equal numbers."""

    template = "int8range(%(expressions)s, %(expressions)s, '[]')"
    output_field = models.TextField()


class CodeKey(Func):
    """A division code as a one-point range; the leading 1 keeps leading zeros and the empty code apart."""

    template = "int8range(('1' || %(expressions)s)::bigint, ('1' || %(expressions)s)::bigint, '[]')"
    output_field = models.TextField()


class SubjectKey(Func):
    """A subject's id and a small number below 64 as a one-point range."""

    arity = 2
    output_field = models.TextField()

    def as_sql(self, compiler: Any, connection: Any, **extra: Any) -> tuple[str, list[Any]]:  # type: ignore[override]
        subject, number = (compiler.compile(e)[0] for e in self.source_expressions)
        point = f"({subject} * 64 + {number})"
        return f"int8range({point}, {point}, '[]')", []
