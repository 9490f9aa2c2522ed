from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.funds"
    label = "funds"
    default_auto_field = "django.db.models.BigAutoField"
