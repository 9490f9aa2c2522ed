from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.prices"
    label = "prices"
    default_auto_field = "django.db.models.BigAutoField"
