from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.reports"
    label = "reports"
    default_auto_field = "django.db.models.BigAutoField"
