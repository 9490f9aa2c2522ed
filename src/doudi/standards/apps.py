from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.standards"
    label = "standards"
    default_auto_field = "django.db.models.BigAutoField"
