"""People who log in, the posts they hold, and the business date."""

from typing import ClassVar

from django.contrib.auth.base_user import AbstractBaseUser
from django.contrib.auth.models import UserManager
from django.db import models
from django.db.models import F, Q


class User(AbstractBaseUser):
    """One log-in. ``person_key`` names the human being, so that two log-ins of one person never count as two."""

    login = models.CharField(max_length=60, unique=True)
    name = models.CharField(max_length=60)
    person_key = models.CharField(max_length=60)
    is_active = models.BooleanField(default=True)
    must_change_password = models.BooleanField(default=False)
    made_at = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "login"
    REQUIRED_FIELDS: ClassVar[list[str]] = ["name"]
    objects = UserManager["User"]()

    def __str__(self) -> str:
        return f"{self.login} {self.name}"


class Post(models.Model):
    """What a person is, and where. ``[since, until)``; a delegated post names the post it stands in for."""

    user = models.ForeignKey(User, on_delete=models.PROTECT, related_name="+")
    person_key = models.CharField(max_length=60)  # as of the user; the guard of exclusive roles reads it
    role = models.CharField(max_length=20)
    scope_code = models.CharField(max_length=12, db_collation="C", blank=True)
    since = models.DateField()
    until = models.DateField(null=True)
    stands_in_for = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="+")
    note = models.CharField(max_length=200, blank=True)

    class Meta:
        indexes = [models.Index(fields=["scope_code"], name="post_scope")]
        constraints = [
            models.CheckConstraint(name="post_period", condition=Q(until__isnull=True) | Q(until__gte=F("since"))),
            models.CheckConstraint(
                name="post_role_known",
                condition=Q(
                    role__in=["village", "township", "county", "finance", "province", "auditor", "administrator"]
                ),
            ),
            models.CheckConstraint(
                name="post_delegation_ends", condition=Q(stands_in_for__isnull=True) | Q(until__isnull=False)
            ),
        ]


class BusinessDate(models.Model):
    """The day the offices work on. The newest row counts; an empty value means the calendar's today."""

    value = models.DateField(null=True)
    set_by = models.CharField(max_length=60)
    reason = models.CharField(max_length=200, blank=True)
    set_at = models.DateTimeField(auto_now_add=True)
