from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.campaigns"
    label = "campaigns"
    default_auto_field = "django.db.models.BigAutoField"
