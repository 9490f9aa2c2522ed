from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.determination"
    label = "determination"
    default_auto_field = "django.db.models.BigAutoField"
