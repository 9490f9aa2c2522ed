from django.apps import AppConfig


class RoomConfig(AppConfig):
    name = "doudi.payments"
    label = "payments"
    default_auto_field = "django.db.models.BigAutoField"
