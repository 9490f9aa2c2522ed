from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.audit"
    label = "audit"
    default_auto_field = "django.db.models.BigAutoField"
