from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.cases"
    label = "cases"
    default_auto_field = "django.db.models.BigAutoField"
