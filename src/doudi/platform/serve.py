"""Serving the pages, and ending what was started."""

import os
import signal
import socket
import sys
import time
from pathlib import Path

from django.conf import settings

from doudi.kernel.errors import BadInput
from doudi.platform import database
from doudi.platform.home import write_private
from doudi.security import rls

PID_FILE = "serve.pid"
STOP_SECONDS = 15


def pid_path() -> Path:
    return Path(settings.DOUDI_HOME) / PID_FILE


def running_pid() -> int | None:
    """Give the pid of the running web server, or None."""
    try:
        pid = int(pid_path().read_text())
        words = Path(f"/proc/{pid}/cmdline").read_bytes()
        state = Path(f"/proc/{pid}/stat").read_text().rsplit(")", 1)[1].split()[0]
    except (OSError, ValueError, IndexError):
        return None
    return pid if b"doudi" in words and state != "Z" else None


def check_port(host: str, port: int) -> None:
    """See that the address can be listened on.

    :raises BadInput: it cannot, with another port to try.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((host, port))
        except (OSError, OverflowError) as error:
            raise BadInput(
                f"{host}:{port} 不能使用({error})", where="--port", next_step=f"换一个端口,例如 --port {port + 1}"
            ) from error


def serve(host: str, port: int) -> None:
    """Serve the pages until stopped. Refuses when the scope of the data would not hold."""
    from granian import Granian
    from granian.constants import Interfaces
    from granian.log import LogLevels

    check_port(host, port)
    rls.self_check()
    write_private(pid_path(), str(os.getpid()))
    server = Granian(
        "doudi.platform.wsgi:application",
        address=host,
        port=port,
        interface=Interfaces.WSGI,
        workers=settings.WORKERS,
        blocking_threads=4,
        backpressure=64,
        respawn_failed_workers=True,
        log_access=False,
        log_level=LogLevels.warning,
        websockets=False,
        working_dir=Path(settings.DOUDI_HOME),
    )
    try:
        server.serve()
    finally:
        pid_path().unlink(missing_ok=True)


def stop() -> list[str]:
    """Stop the web server and the embedded database; say what was stopped."""
    said = []
    pid = running_pid()
    if pid is not None:
        os.kill(pid, signal.SIGTERM)
        for _ in range(STOP_SECONDS * 10):
            if running_pid() is None:
                break
            time.sleep(0.1)
        else:
            os.kill(pid, signal.SIGKILL)
        said.append("网页服务已停止")
    if database.is_embedded() and database.box().stop():
        said.append("内置数据库已停止")
    return said or ["没有在运行的服务"]


def serve_command(host: str, port: int) -> list[str]:
    """Give the command that serves in a process of its own."""
    return [sys.executable, "-m", "doudi.cli.main", "serve", "--host", host, "--port", str(port)]
