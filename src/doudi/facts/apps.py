from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.facts"
    label = "facts"
    default_auto_field = "django.db.models.BigAutoField"
