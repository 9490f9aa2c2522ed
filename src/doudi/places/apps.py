from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.places"
    label = "places"
    default_auto_field = "django.db.models.BigAutoField"
