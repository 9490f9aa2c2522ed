"""The web server's way in."""

import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "doudi.platform.settings")
os.umask(0o077)
application = get_wsgi_application()
