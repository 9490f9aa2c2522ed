"""One installation of its own, driven by its commands: set up, tamper, verify, back up, drill, restore."""

import json
import os
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

pytestmark = pytest.mark.slow

TAMPER = """
import django, sys
django.setup()
from doudi.platform import database
database.start()
with database.admin_connection("doudi") as admin:
    admin.execute("set session_replication_role = replica")
    print(admin.execute(sys.argv[1]).rowcount)
"""
FILL = """
import django
django.setup()
from doudi.audit.services import record
from doudi.kernel.actors import SYSTEM
from doudi.platform import database
from doudi.security.scope import acting
database.start()
with acting(SYSTEM):
    for number in range(1000):
        record("fact.stated", actor=SYSTEM, division_code="231084", subject=f"family:{number}")
"""


COMMANDS = """
import contextlib, io, json, sys
from doudi.cli.main import main
for words in json.loads(sys.argv[1]):
    said = io.StringIO()
    sys.argv = ["doudi", *words]
    code = 0
    with contextlib.redirect_stdout(said), contextlib.redirect_stderr(said):
        try:
            main()
        except SystemExit as ended:
            code = ended.code or 0
    print(json.dumps([code, said.getvalue()]))
"""


class Installation:
    """A folder with a database in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        kept = {name: value for name, value in os.environ.items() if name not in ("DATABASE_URL", "DOUDI_HOME")}
        self.environment = {**kept, "DOUDI_HOME": str(home), "DJANGO_SETTINGS_MODULE": "doudi.platform.settings"}

    def run(self, *commands: str) -> list[tuple[int, str]]:
        """Run command lines one after the other in one process; give code and text of each."""
        answers = self.python(COMMANDS, json.dumps([shlex.split(command) for command in commands]))
        return [tuple(json.loads(line)) for line in answers.splitlines()]

    def python(self, program: str, *words: str) -> str:
        done = subprocess.run(
            [sys.executable, "-c", program, *words],
            env=self.environment, capture_output=True, text=True, check=False, timeout=240,
        )  # fmt: skip
        assert done.returncode == 0, done.stderr
        return done.stdout.strip()


@pytest.fixture(scope="module")
def installation(tmp_path_factory):
    made = Installation(tmp_path_factory.mktemp("installation") / "home")
    assert [code for code, _ in made.run("migrate")] == [0]
    made.python(FILL)
    yield made
    made.run("stop")


def test_command_before_migrate_says_what_to_do(tmp_path):
    (code, said), _ = Installation(tmp_path / "home").run("users list", "stop")

    assert code == 1
    assert "doudi migrate" in said


def test_changed_row_is_named_and_the_backup_is_sound(installation, tmp_path):
    archive = tmp_path / "all.tar"

    whole, kept = installation.run("verify", f"backup {archive}")
    changed = "update audit_entry set name = '他人' where subject = 'family:436'"
    assert installation.python(TAMPER, changed) == "1"
    broken, drilled, unsure, restored, again = installation.run(
        "verify", f"restore {archive} --drill", f"restore {archive}", f"restore {archive} --yes", "verify"
    )

    assert (whole[0], "1,000 条" in whole[1], "全部相符" in whole[1]) == (0, True, True)
    assert (kept[0], archive.stat().st_mode & 0o077) == (0, 0)
    assert broken[0] == 1
    assert "第一处损坏:audit_entry 231084 第 437 条:内容与校验值不符" in broken[1]
    assert (drilled[0], unsure[0], "加 --yes" in unsure[1]) == (0, 1, True), drilled[1]
    assert (restored[0], again[0]) == (0, 0), restored[1] + again[1]


def test_damaged_backup_is_refused_before_anything_is_replaced(installation, tmp_path):
    archive = tmp_path / "all.tar"
    assert installation.run(f"backup {archive}")[0][0] == 0
    raw = bytearray(archive.read_bytes())
    raw[len(raw) // 2] ^= 1
    archive.write_bytes(raw)

    refused, listed = installation.run(f"restore {archive} --yes", "verify")

    assert refused[0] == 1
    assert "已损坏" in refused[1] or "不是备份文件" in refused[1]
    assert listed[0] == 0


def test_users_are_made_listed_and_given_passwords(installation):
    answers = installation.run(
        "users add liming --name 黎明 --role county --scope 231084",
        "users list",
        "users passwd liming --password short",
        "users passwd liming",
        "users unlock liming",
        "users disable liming",
        "users enable liming",
        "users add liming --name 黎明 --role finance --scope 231084",
        "users add other --name 某 --role boss",
        "users passwd nobody",
    )

    assert [code for code, _ in answers] == [0, 0, 1, 0, 0, 0, 0, 1, 1, 1], answers
    assert "口令" in answers[0][1]
    assert "liming" in answers[1][1]
    assert "同一人不能" in answers[7][1]
    assert "可选" in answers[8][1]


def test_business_date_is_set_and_cleared(installation):
    answers = installation.run("date set 2022-04-15", "date show", "date set 15.4.2022", "date set today")

    assert [code for code, _ in answers] == [0, 0, 1, 0]
    assert answers[1][1].strip() == "业务日期 2022-04-15"


def test_secrets_are_closed_to_others(installation):
    for name in ("secrets.json", "pg/superuser.password"):
        assert (installation.home / name).stat().st_mode & 0o077 == 0
    roles = json.loads((installation.home / "secrets.json").read_text())
    assert len({roles["owner_password"], roles["app_password"], roles["reader_password"]}) == 3
