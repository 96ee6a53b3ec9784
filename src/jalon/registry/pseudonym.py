"""A centre's own patient numbers become pseudonyms that only its key could make again."""

from __future__ import annotations

import base64
import hmac
import os
import secrets
import stat
import tomllib
import unicodedata
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from jalon.core.errors import StudyFileError, UserError

KEY_BYTES = 32
LENGTH = 20
"""Letters of a pseudonym: 100 bits, so that no two patients of a nation share one by chance."""

MAKE = "make one with: jalon registry init --keys FILE --centre CODE"


@dataclass(frozen=True, slots=True)
class CentreKey:
    """A centre's secret, by which its patients' numbers are hidden.

    Attributes:
        centre: the centre's code.
        secret: 32 bytes, never shown.
    """

    centre: str
    secret: bytes = field(repr=False)

    def derive(self, purpose: str) -> bytes:
        """Return 32 bytes for one purpose, from which the secret cannot be found."""
        return hmac.digest(self.secret, f"jalon {purpose} {self.centre}".encode(), "sha256")

    @property
    def fingerprint(self) -> str:
        """A short text that tells two keys apart and tells nothing else."""
        return self.derive("fingerprint").hex()[:16]


def pseudonymise(key: CentreKey, numbers: pl.Series) -> pl.Series:
    """Replace a centre's patient numbers by pseudonyms (HMAC-SHA-256, keyed per centre).

    Args:
        key: the centre's key.
        numbers: the centre's own numbers as texts; blanks around them do not count.

    Returns:
        One pseudonym per row; null where the number is missing.

    Example:
        >>> key = CentreKey("LYS", bytes(32))
        >>> pseudonymise(key, pl.Series(["A-1", " A-1 ", "A-01"])).n_unique()
        2
    """
    secret = key.derive("patient")
    texts = numbers.cast(pl.String).str.strip_chars()
    names = {text: _name(secret, text) for text in texts.drop_nulls().unique().to_list()}
    return texts.replace_strict(names, default=None, return_dtype=pl.String)


def name_patient(key: CentreKey, number: str) -> str:
    """Return one patient's pseudonym.

    Args:
        key: the centre's key.
        number: the centre's own number of the patient.
    """
    return str(pseudonymise(key, pl.Series([number]))[0])


def _name(secret: bytes, number: str) -> str:
    canonical = unicodedata.normalize("NFC", number)
    mark = hmac.digest(secret, canonical.encode(), "sha256")
    return base64.b32encode(mark).decode().lower()[:LENGTH]


def find_key(centre: str, keys: Path | None = None) -> CentreKey:
    """Find a centre's key: in the environment, or in a file of keys.

    Args:
        centre: the centre's code.
        keys: the file, or None for the one that JALON_KEYS names.

    Returns:
        The key.

    Raises:
        UserError: there is none, it is too short, or others can read the file.
    """
    name = f"JALON_KEY_{centre.upper().replace('-', '_')}"
    if name in os.environ:
        return CentreKey(centre, _decode(os.environ[name], name))
    path = keys or (Path(os.environ["JALON_KEYS"]) if "JALON_KEYS" in os.environ else None)
    if path is None:
        raise UserError(
            f"centre {centre} has no key: set {name}, or name a file with --keys or JALON_KEYS; "
            f"{MAKE}"
        )
    found = _read_keys(path)
    if centre not in found:
        raise UserError(f"{path.name} has no key of centre {centre}; {MAKE}")
    return CentreKey(centre, _decode(found[centre], f"{path.name}, {centre}"))


def add_keys(path: Path, centres: list[str]) -> list[str]:
    """Make a key for each centre that has none in a file, which only its owner can read.

    Args:
        path: the file; made when it is not there.
        centres: codes of centres.

    Returns:
        The centres that were given a key.
    """
    found = _read_keys(path) if path.exists() else {}
    made = [centre for centre in dict.fromkeys(centres) if centre not in found]
    found |= {centre: secrets.token_hex(KEY_BYTES) for centre in made}
    lines = [
        "# Keep this file apart from the registry. Who has it can link pseudonyms to patients."
    ]
    lines += ["[keys]", *(f'"{centre}" = "{found[centre]}"' for centre in sorted(found)), ""]
    temporary = path.with_name(f".{path.name}.new")
    temporary.unlink(missing_ok=True)
    with os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as stream:
        stream.write("\n".join(lines))
    temporary.replace(path)
    return made


def _read_keys(path: Path) -> dict[str, str]:
    if not path.is_file():
        raise UserError(f"there is no file of keys {path}; {MAKE}")
    if os.name == "posix" and stat.S_IMODE(path.stat().st_mode) & 0o077:
        raise UserError(f"others can read the keys in {path.name}; first: chmod 600 {path}")
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise StudyFileError(path, 'is not valid TOML; it holds [keys] and CODE = "…"') from error
    keys = content.get("keys")
    if not isinstance(keys, dict) or not all(isinstance(key, str) for key in keys.values()):
        raise StudyFileError(path, 'expected CODE = "64 hexadecimal digits"', key="keys")
    return keys


def _decode(text: str, where: str) -> bytes:
    try:
        secret = bytes.fromhex(text.strip())
    except ValueError:
        secret = b""
    if len(secret) < KEY_BYTES:
        raise UserError(f"the key in {where} is not 64 hexadecimal digits or more; {MAKE}")
    return secret
