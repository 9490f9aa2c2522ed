"""The one settings file. Everything that differs between installations comes from a few DOUDI_ variables.

A value that cannot be understood stops the start; a misspelt variable does too.
"""

import os
import re
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from doudi.kernel.errors import BadInput
from doudi.platform.home import APP, home_folder, load_secrets
from doudi.platform.pgbox import place_of, socket_folder

VARIABLES: dict[str, str] = {
    "DOUDI_HOME": "数据文件夹",
    "DOUDI_PACKS": "政策包文件夹",
    "DOUDI_HOSTS": "允许访问的主机名,逗号分隔",
    "DOUDI_HTTPS": "1 表示在加密的反向代理之后",
    "DOUDI_IDLE_MINUTES": "无操作多少分钟后须重新登录(5 到 60)",
    "DOUDI_WORKERS": "网页进程数(1 到 16)",
    "DOUDI_CHROMIUM": "浏览器走查用的 Chromium 程序",
}


def _text(name: str, default: str) -> str:
    return os.environ.get(name, "").strip() or default


def _number(name: str, default: int, low: int, high: int) -> int:
    given = _text(name, str(default))
    if not re.fullmatch(r"\d{1,4}", given) or not low <= int(given) <= high:
        raise BadInput(f"“{given}”应为 {low} 到 {high} 的整数", where=name)
    return int(given)


def _flag(name: str) -> bool:
    given = _text(name, "0")
    if given not in ("0", "1"):
        raise BadInput(f"“{given}”应为 0 或 1", where=name)
    return given == "1"


def _refuse_unknown() -> None:
    unknown = sorted(name for name in os.environ if name.startswith("DOUDI_") and name not in VARIABLES)
    if unknown:
        raise BadInput(f"没有变量 {'、'.join(unknown)}", next_step=f"可用的变量:{'、'.join(VARIABLES)}")


def server_address(url: str) -> dict[str, Any]:
    """Read DATABASE_URL into the parts Django wants, without an account.

    :raises BadInput: not a PostgreSQL address with a database name.
    """
    parts = urlsplit(url)
    if parts.scheme not in ("postgresql", "postgres") or not parts.path.strip("/"):
        raise BadInput("应为 postgresql://用户:口令@主机:端口/库名", where="DATABASE_URL")
    try:
        port = parts.port
    except ValueError:
        raise BadInput("端口应为数字", where="DATABASE_URL") from None
    options = dict(parse_qsl(parts.query))
    host = options.pop("host", "") or unquote(parts.hostname or "")
    return {"NAME": unquote(parts.path.strip("/")), "HOST": host, "PORT": str(port or ""), "OPTIONS": options}


def _database() -> dict[str, Any]:
    place = server_address(DATABASE_URL) if DATABASE_URL else {"NAME": "doudi", "HOST": str(SOCKET), "OPTIONS": {}}
    return {
        "ENGINE": "django.db.backends.postgresql",
        **place,
        "USER": APP,
        "PASSWORD": SECRETS.app_password,
        "CONN_MAX_AGE": 60,
        "CONN_HEALTH_CHECKS": True,
    }


_refuse_unknown()
DOUDI_HOME = home_folder()
SECRETS = load_secrets(DOUDI_HOME)
DATABASE_URL = _text("DATABASE_URL", "")
CLUSTER_FOLDER = DOUDI_HOME / "pg"
SOCKET = socket_folder(place_of(CLUSTER_FOLDER))
WORKERS = _number("DOUDI_WORKERS", 2, 1, 16)

SECRET_KEY = SECRETS.secret_key
DEBUG = False
ALLOWED_HOSTS = [name.strip() for name in _text("DOUDI_HOSTS", "127.0.0.1,localhost,[::1]").split(",")]

INSTALLED_APPS = [
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.postgres",
    "django_htmx",
    "axes",
    "doudi.audit",
    "doudi.security",
    "doudi.places",
    "doudi.regions",
    "doudi.registry",
    "doudi.policy",
    "doudi.standards",
    "doudi.funds",
    "doudi.facts",
    "doudi.determination",
    "doudi.cases",
    "doudi.benefits",
    "doudi.prices",
    "doudi.campaigns",
    "doudi.payments",
    "doudi.reports",
    "doudi.simulations",
    "doudi.ui",
    "doudi.desks",
]

MIDDLEWARE = [
    "django.middleware.security.SecurityMiddleware",
    "doudi.security.headers.HeadersMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "doudi.security.web.DeskMiddleware",
    "axes.middleware.AxesMiddleware",
]

ROOT_URLCONF = "doudi.platform.urls"
WSGI_APPLICATION = "doudi.platform.wsgi.application"
DATABASES = {"default": _database()}
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

_CONTEXT = [
    "django.template.context_processors.request",
    "django.contrib.messages.context_processors.messages",
    "doudi.desks.shell.context",
]
TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.jinja2.Jinja2",
        "APP_DIRS": True,
        "OPTIONS": {"environment": "doudi.ui.jinja_env.environment", "context_processors": _CONTEXT},
    },
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "APP_DIRS": True,
        "OPTIONS": {"context_processors": _CONTEXT},
    },
]

LANGUAGE_CODE = "zh-hans"
TIME_ZONE = "Asia/Shanghai"
USE_TZ = True
USE_I18N = True

STATIC_URL = "/static/"
WHITENOISE_USE_FINDERS = True
WHITENOISE_MAX_AGE = 600

AUTH_USER_MODEL = "security.User"
AUTHENTICATION_BACKENDS = ["axes.backends.AxesStandaloneBackend", "django.contrib.auth.backends.ModelBackend"]
PASSWORD_HASHERS = [
    "doudi.security.hashing.Argon2Hasher",
    "django.contrib.auth.hashers.PBKDF2PasswordHasher",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": "django.contrib.auth.password_validation.UserAttributeSimilarityValidator",
     "OPTIONS": {"user_attributes": ("login", "name", "person_key")}},
    {"NAME": "django.contrib.auth.password_validation.MinimumLengthValidator", "OPTIONS": {"min_length": 12}},
    {"NAME": "django.contrib.auth.password_validation.CommonPasswordValidator"},
    {"NAME": "django.contrib.auth.password_validation.NumericPasswordValidator"},
]  # fmt: skip
LOGIN_URL = "login"
LOGIN_REDIRECT_URL = "workbench"

AXES_FAILURE_LIMIT = 5
AXES_COOLOFF_TIME = 0.25  # hours
AXES_LOCKOUT_PARAMETERS = [["username", "ip_address"]]
AXES_RESET_ON_SUCCESS = True
AXES_USERNAME_FORM_FIELD = "login"
AXES_ENABLE_ACCESS_FAILURE_LOG = False
AXES_DISABLE_ACCESS_LOG = True
AXES_VERBOSE = False
AXES_LOCKOUT_CALLABLE = "doudi.security.web.locked_out"

SESSION_ENGINE = "django.contrib.sessions.backends.db"
SESSION_COOKIE_AGE = _number("DOUDI_IDLE_MINUTES", 30, 5, 60) * 60
SESSION_SAVE_EVERY_REQUEST = True
SESSION_EXPIRE_AT_BROWSER_CLOSE = True
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_SAMESITE = "Lax"
SESSION_ABSOLUTE_HOURS = 8
CSRF_COOKIE_SAMESITE = "Lax"
CSRF_FAILURE_VIEW = "doudi.security.web.csrf_failure"
MESSAGE_STORAGE = "django.contrib.messages.storage.session.SessionStorage"

HTTPS = _flag("DOUDI_HTTPS")
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = HTTPS
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https") if HTTPS else None
SECURE_HSTS_SECONDS = 31_536_000 if HTTPS else 0
CSRF_TRUSTED_ORIGINS = [f"https://{name}" for name in ALLOWED_HOSTS if name != "*"] if HTTPS else []
SECURE_CONTENT_TYPE_NOSNIFF = True
SECURE_REFERRER_POLICY = "same-origin"
SECURE_CROSS_ORIGIN_OPENER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"
SILENCED_SYSTEM_CHECKS = ["security.W004", "security.W008", "security.W012", "security.W016", "axes.W003"]

DATA_UPLOAD_MAX_MEMORY_SIZE = 5 * 1024 * 1024
DATA_UPLOAD_MAX_NUMBER_FIELDS = 5000
FILE_UPLOAD_MAX_MEMORY_SIZE = 2 * 1024 * 1024
FILE_UPLOAD_PERMISSIONS = 0o600

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "filters": {"scrub": {"()": "doudi.security.scrub.ScrubFilter"}},
    "formatters": {"line": {"format": "%(asctime)s %(levelname)s %(name)s %(message)s"}},
    "handlers": {"screen": {"class": "logging.StreamHandler", "formatter": "line", "filters": ["scrub"]}},
    "root": {"handlers": ["screen"], "level": "WARNING"},
    "loggers": {"django": {"handlers": [], "level": "WARNING", "propagate": True}},
}
