from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.desks"
    label = "desks"
    default_auto_field = "django.db.models.BigAutoField"
