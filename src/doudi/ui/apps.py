from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.ui"
    label = "ui"
    default_auto_field = "django.db.models.BigAutoField"
