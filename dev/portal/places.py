"""Where things are: the checkout, its ``.services`` folder, the virtual environments, the ports."""

from __future__ import annotations

import json
import os
import random
import secrets
import socket
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
#: ``ODL_SERVICES`` names another folder: a second set of services, with ports and data of its own.
SERVICES = ROOT / os.environ.get("ODL_SERVICES", ".services")
DOWNLOADS = ROOT / ".services"
LOGS = SERVICES / "logs"
RUN = SERVICES / "run"
PORTS = SERVICES / "ports.json"
SECRETS = SERVICES / "secrets.json"
REQUIREMENTS = ROOT / "requirements"

HOST = "127.0.0.1"
# Below the range from which Linux picks ports for outgoing connections, above the well-known ones.
PORT_RANGE = range(20_000, 32_000)


def virtualenv(ckan: str) -> Path:
    """Return the virtual environment for a CKAN version, or the one for ``udata``.

    ``VENV``, ``VENV_211`` and ``VENV_UDATA`` name other ones.
    """
    if ckan == "2.11":
        return (ROOT / os.environ.get("VENV_211", ".venv-2.11")).absolute()
    if ckan == "udata":
        return (ROOT / os.environ.get("VENV_UDATA", ".venv-udata")).absolute()
    return (ROOT / os.environ.get("VENV", ".venv")).absolute()


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind((HOST, port))
        except OSError:
            return False
    return True


def port(name: str, *, must_be_free: bool = False) -> int:
    """Return the port kept for *name*.

    It is chosen once; a new one is taken only when the owner is about to listen (*must_be_free*) and finds
    that another program took the port meanwhile.
    """
    ports: dict[str, int] = json.loads(PORTS.read_text()) if PORTS.exists() else {}
    known = ports.get(name)
    if known and not (must_be_free and not _is_free(known)):
        return known
    taken = set(ports.values())
    candidates = random.sample(PORT_RANGE, 200)
    ports[name] = next(candidate for candidate in candidates if candidate not in taken and _is_free(candidate))
    write_private(PORTS, json.dumps(ports, indent=2) + "\n")
    return ports[name]


def secret(name: str) -> str:
    """Return the random secret kept for *name*, made at the first call."""
    known: dict[str, str] = json.loads(SECRETS.read_text()) if SECRETS.exists() else {}
    if name not in known:
        known[name] = secrets.token_urlsafe(32)
        write_private(SECRETS, json.dumps(known, indent=2) + "\n")
    return known[name]


def write_private(path: Path, text: str) -> None:
    """Write *text* into a file that its owner alone can read, replacing the old one in one go."""
    path.parent.mkdir(parents=True, exist_ok=True)
    draft = path.with_name(f"{path.name}.new")
    draft.unlink(missing_ok=True)
    with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write(text)
    draft.replace(path)
