"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application
from django.urls import get_resolver

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.platform.settings")
os.umask(0o077)
application = get_wsgi_application()


def warm_up() -> None:
    """Load pages and law before the first visitor comes."""
    from doudi.policy.queries import law

    _ = get_resolver().url_patterns
    law()


warm_up()
