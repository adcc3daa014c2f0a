"""Passwords made for this machine: no default ones, none in a process list, files for the owner only."""

import os
import secrets


def write_private(path, text):
    """Replaces the file at once; nobody else can read it at any moment."""
    path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
        file.write(text)
    fresh.replace(path)


def password(folder, name):
    """(the password kept under this name, whether it was made now)."""
    path = folder / name
    if path.exists() and path.read_text().strip():
        return path.read_text().strip(), False
    made = secrets.token_hex(20)
    write_private(path, made + "\n")
    return made, True
