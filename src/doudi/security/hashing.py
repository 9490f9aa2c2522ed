"""How passwords are hashed."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2Hasher(Argon2PasswordHasher):
    """Argon2id with 46 MB and one lane: strong, and many log-ins at once do not exhaust a small server."""

    time_cost = 2
    memory_cost = 47_104
    parallelism = 1
