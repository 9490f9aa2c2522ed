from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.security"
    label = "security"
    default_auto_field = "django.db.models.BigAutoField"
