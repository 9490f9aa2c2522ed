from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.policy"
    label = "policy"
    default_auto_field = "django.db.models.BigAutoField"
