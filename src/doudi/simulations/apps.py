from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.simulations"
    label = "simulations"
    default_auto_field = "django.db.models.BigAutoField"
