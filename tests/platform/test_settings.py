"""Settings refuse what they cannot understand."""

import os
import subprocess
import sys

import pytest

from doudi.kernel.errors import BadInput
from doudi.platform import home, settings


def load(tmp_path, **variables: str) -> str:
    """Load the settings in a process of its own; give what it says."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith("DOUDI_")}
    done = subprocess.run(
        [sys.executable, "-c", "import doudi.platform.settings as s; print(s.DATABASES['default']['HOST'])"],
        env={**plain, "DOUDI_HOME": str(tmp_path / "home"), **variables},
        capture_output=True, text=True, check=False,
    )  # fmt: skip
    return done.stdout if done.returncode == 0 else done.stderr.strip().splitlines()[-1]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({"DOUDI_IDLE_MINUTES": "often"}, "DOUDI_IDLE_MINUTES:“often”应为 5 到 60 的整数"),
        ({"DOUDI_HTTPS": "yes"}, "DOUDI_HTTPS:“yes”应为 0 或 1"),
        ({"DOUDI_HOMES": "/x"}, "没有变量 DOUDI_HOMES"),
        ({"DATABASE_URL": "mysql://u:p@h/d"}, "DATABASE_URL:应为 postgresql://"),
    ],
)
def test_value_that_cannot_be_understood_stops_the_start(tmp_path, variables, said):
    assert said in load(tmp_path, **variables)


def test_server_address_is_read_in_parts():
    assert settings.server_address("postgresql://u:p%40@db.example:6543/doudi?sslmode=require") == {
        "NAME": "doudi", "HOST": "db.example", "PORT": "6543", "OPTIONS": {"sslmode": "require"},
    }  # fmt: skip


@pytest.mark.parametrize("url", ["postgresql://h", "http://h/d", "postgresql://h:x/d"])
def test_wrong_server_address_is_refused(url):
    with pytest.raises(BadInput):
        settings.server_address(url)


def test_secrets_are_made_once_and_closed(tmp_path):
    first = home.load_secrets(tmp_path / "home")

    assert home.load_secrets(tmp_path / "home") == first
    assert (tmp_path / "home/secrets.json").stat().st_mode & 0o077 == 0


def test_secrets_open_to_others_are_refused(tmp_path):
    home.load_secrets(tmp_path)
    (tmp_path / "secrets.json").chmod(0o640)

    with pytest.raises(BadInput, match="可被其他用户读取"):
        home.load_secrets(tmp_path)


def test_home_that_is_a_file_is_refused(tmp_path, monkeypatch):
    (tmp_path / "file").touch()
    monkeypatch.setenv("DOUDI_HOME", str(tmp_path / "file"))

    with pytest.raises(BadInput, match="不是文件夹"):
        home.home_folder()
