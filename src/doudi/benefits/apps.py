from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.benefits"
    label = "benefits"
    default_auto_field = "django.db.models.BigAutoField"
