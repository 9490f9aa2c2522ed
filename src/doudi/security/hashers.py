"""Password hashing tuned so that forty people logging in at eight o'clock do not exhaust a small machine."""

from django.contrib.auth.hashers import Argon2PasswordHasher


class Argon2(Argon2PasswordHasher):
    """Argon2id with 46 MiB and one pass of parallelism: strong, and bearable on two cores."""

    time_cost = 2
    memory_cost = 46 * 1024
    parallelism = 1
