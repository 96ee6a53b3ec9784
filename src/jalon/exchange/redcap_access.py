"""A REDCap project that can be reached: its address and a token, checked before use."""

from __future__ import annotations

import os
import re
import stat
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit

from jalon.core.errors import UserError

TOKEN = "JALON_REDCAP_TOKEN"  # noqa: S105 - the name of the variable, not a token
"""Environment variable that holds the token."""

LOOPBACK = {"localhost", "127.0.0.1", "::1"}
"""Hosts that may be reached without encryption."""


@dataclass(frozen=True, slots=True)
class RedcapAccess:
    """Where a project is, and the token that opens it.

    Attributes:
        url: address of the API, for example ``https://redcap.example.org/api/``.
        token: 32 hexadecimal digits; never shown, written or logged.
        batch: how many records are asked for at one time.
        timeout: how long the server may stay silent, in seconds.
    """

    url: str
    token: str = field(repr=False)
    batch: int = 200
    timeout: float = 120.0

    def __post_init__(self) -> None:
        # The library that calls the server repeats a wrong token in its message: check first.
        if not re.fullmatch(r"[0-9A-Fa-f]{32}", self.token):
            raise UserError(
                "the token is not one of a REDCap project: expected 32 hexadecimal digits; ask "
                "for one on the project's API page"
            )
        if self.batch < 1 or self.timeout <= 0:
            raise UserError("the batch must be at least 1 record and the timeout above 0 seconds")
        _check_url(self.url)


def open_access(url: str, token_file: Path | None = None) -> RedcapAccess:
    """Take the token of a REDCap project from the environment or a file.

    A token is never taken from a command line, where other users of the machine see it.

    Args:
        url: address of the API, for example ``https://redcap.example.org/api/``.
        token_file: a file that holds the token alone and that only its owner can read; None
            for the environment variable JALON_REDCAP_TOKEN.

    Returns:
        The access.

    Raises:
        UserError: no token, a file that others can read, or an address without encryption.
    """
    address = url if url.endswith("/") else f"{url}/"
    return RedcapAccess(address, _read_token(token_file))


def _read_token(path: Path | None) -> str:
    if path is None:
        token = os.environ.get(TOKEN, "").strip()
        if not token:
            raise UserError(
                f"no token: set {TOKEN}, or name a file that holds it and that only you can read"
            )
        return token
    if not path.is_file():
        raise UserError(f"there is no file {path} with the token")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UserError(f"others can read the token in {path.name}; first: chmod 600 {path}")
    return path.read_text(encoding="utf-8", errors="replace").strip()


def _check_url(url: str) -> None:
    try:
        parts = urlsplit(url)
        host = parts.hostname or ""
    except ValueError:
        raise UserError("the address of REDCap's API cannot be read; check it") from None
    if parts.username or parts.password or parts.query or parts.fragment:
        raise UserError(
            "the address of REDCap's API holds a name, a password or a query; give it alone, "
            "such as https://redcap.example.org/api/"
        )
    if not host or not parts.path.endswith("/api/"):
        raise UserError(
            "this is not the address of REDCap's API; it ends with /api/, such as "
            "https://redcap.example.org/api/"
        )
    if parts.scheme != "https" and not (parts.scheme == "http" and host in LOOPBACK):
        raise UserError("the token would travel unencrypted; give an address with https://")
