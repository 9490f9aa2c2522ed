from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.registry"
    label = "registry"
    default_auto_field = "django.db.models.BigAutoField"
