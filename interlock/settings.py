"""What an installation may choose: read once from flags and the environment into one value that never changes.

Every setting is a field of `Settings`, with its variable, its reader and a sentence that says what it does.
`docs/settings.md` is made from the same fields, and a test compares the two.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import Field, dataclass, field, fields
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import urlsplit
from zoneinfo import available_timezones

from interlock.kit import limits
from interlock.kit.addresses import Allowed, Network, read_networks
from interlock.kit.secrets import KEY_CHARS_MIN

REGIONS = ("US", "EU", "AU")
_SECRET = ("access_token", "secret_key", "smtp_url")
LOG_FORMATS = ("console", "json")
LOG_LEVELS = ("debug", "info", "warning", "error")


class BadSetting(ValueError):
    """A setting has a value that it cannot have; the message says which, and what it may be."""


def _text(given: str) -> str:
    return given


def _flag(given: str) -> bool:
    if given.lower() in ("1", "true", "yes", "on"):
        return True
    if given.lower() in ("", "0", "false", "no", "off"):
        return False
    raise BadSetting("must be true or false")


def _whole(low: int, high: int) -> Callable[[str], int]:
    def read(given: str) -> int:
        try:
            number = int(given)
        except ValueError:
            raise BadSetting("must be a whole number") from None
        if not low <= number <= high:
            raise BadSetting(f"must be between {low} and {high}")
        return number

    return read


def _one_of(*choices: str) -> Callable[[str], str]:
    def read(given: str) -> str:
        found = next((choice for choice in choices if choice.lower() == given.lower()), None)
        if found is None:
            raise BadSetting(f"must be one of {', '.join(choices)}")
        return found

    return read


def _time_zone(given: str) -> str:
    if given not in available_timezones():
        raise BadSetting("must be the IANA name of a time zone, such as Europe/Dublin")
    return given


def _email(given: str) -> str:
    if given.count("@") != 1 or given.startswith("@") or given.endswith("@"):
        raise BadSetting("must be an e-mail address")
    return given


def _addresses(given: str) -> Allowed:
    try:
        return _flag(given)
    except BadSetting:
        pass
    try:
        return read_networks(given.split(","))
    except ValueError:
        raise BadSetting("must be true, false, or networks such as 10.0.0.0/8,fd00::/8") from None


def _secret(given: str) -> str:
    if any(len(one.strip()) < KEY_CHARS_MIN for one in given.split(",")):
        raise BadSetting(f"must have at least {KEY_CHARS_MIN} characters")
    return given


def _smtp_url(given: str) -> str:
    parts = urlsplit(given)
    try:
        good = parts.scheme in ("smtp", "smtps") and bool(parts.hostname) and parts.port != 0
    except ValueError:
        good = False
    if not good or parts.query not in ("", "starttls=required", "starttls=off"):
        raise BadSetting("must be smtp://user:password@host:port or smtps://..., with ?starttls=required or off")
    return given


def _setting(variable: str, default: Any, meaning: str, read: Callable[[str], Any] = _text) -> Any:
    return field(default=default, metadata={"variable": variable, "meaning": meaning, "read": read})


@dataclass(frozen=True, slots=True)
class Settings:
    """The settings of one process. Those marked "when made" count only when a database or a workspace is made."""

    database_url: str = _setting(
        "INTERLOCK_DATABASE_URL",
        "sqlite:///interlock.db",
        "Where the data is: `sqlite:///file.db` or `postgresql://user:password@host/name`.",
    )
    database_connections: int = _setting(
        "INTERLOCK_DATABASE_CONNECTIONS",
        16,
        "Connections to PostgreSQL that one process keeps; searches have a quarter as many besides.",
        _whole(2, 500),
    )
    host: str = _setting("INTERLOCK_HOST", "127.0.0.1", "The address to listen on; `0.0.0.0` is all of them.")
    port: int = _setting("INTERLOCK_PORT", 8000, "The port to listen on; 0 takes a free one.", _whole(0, 65535))
    sandbox: bool = _setting(
        "INTERLOCK_SANDBOX",
        False,
        "When made: the database is for trials. It may be reset, and Intercom's limits are held.",
        _flag,
    )
    workspace_name: str = _setting("INTERLOCK_WORKSPACE_NAME", "My workspace", "When made: the first workspace's name.")
    access_token: str | None = _setting(
        "INTERLOCK_ACCESS_TOKEN", None, "When made: the first workspace's access token, in place of a random one."
    )
    owner_email: str = _setting(
        "INTERLOCK_OWNER_EMAIL", "owner@example.com", "When made: the owner of the first workspace.", _email
    )
    app_id: str | None = _setting(
        "INTERLOCK_APP_ID", None, "When made: the first workspace's `id_code`, in place of a random one."
    )
    region: str = _setting("INTERLOCK_REGION", "US", "When made: the `region` shown by `GET /me`.", _one_of(*REGIONS))
    timezone: str = _setting(
        "INTERLOCK_TIMEZONE", "UTC", "When made: the time zone by whose days date searches go.", _time_zone
    )
    rate_limit: int | None = _setting(
        "INTERLOCK_RATE_LIMIT",
        None,
        "When made: requests a minute for each token of a workspace; without it there is no limit.",
        _whole(1, 10_000_000),
    )
    history_days: int = _setting(
        "INTERLOCK_HISTORY_DAYS",
        limits.HISTORY_DAYS,
        "When made: days for which a workspace keeps the history of its records.",
        _whole(1, 36_500),
    )
    secret_key: str | None = _setting(
        "INTERLOCK_SECRET_KEY",
        None,
        "Seals stored secrets, such as those of webhooks: 32 characters or more, the same for every process. Several, "
        "separated by commas, all open what they sealed; the first one seals.",
        _secret,
    )
    secret_key_file: str | None = _setting(
        "INTERLOCK_SECRET_KEY_FILE",
        None,
        "Without a secret key, the file that it is in, made when first needed: beside the SQLite file with `.key` at "
        "its end, else `interlock.key` in the working folder.",
    )
    allow_private_addresses: bool | tuple[Network, ...] = _setting(
        "INTERLOCK_ALLOW_PRIVATE_ADDRESSES",
        False,
        "Whether webhooks and other calls may go to addresses that are not public: `true` for development, or the "
        "networks that they may reach, such as `10.0.0.0/8,fd00::/8`.",
        _addresses,
    )
    blobs: str | None = _setting(
        "INTERLOCK_BLOBS",
        None,
        "The folder for files that are sent, the same for every process. Without it, beside the SQLite file with "
        "`-blobs` in the place of its ending, else `interlock-blobs` in the working folder.",
    )
    smtp_url: str | None = _setting(
        "INTERLOCK_SMTP_URL",
        None,
        "The mail server: `smtp://user:password@host:587`, or `smtps://` for TLS from the start. STARTTLS is required "
        "on port 587 and with a user name (`?starttls=off` if it cannot be), elsewhere used where offered.",
        _smtp_url,
    )
    mail_from: str | None = _setting(
        "INTERLOCK_MAIL_FROM", None, "The address that mail comes from; needed with a mail server.", _email
    )
    outbox: str | None = _setting(
        "INTERLOCK_OUTBOX",
        None,
        "Without a mail server, the folder that gets each mail as an `.eml` file; usually beside the SQLite file with "
        "`-outbox` in the place of its ending, else `interlock-outbox` in the working folder.",
    )
    log_format: str = _setting(
        "INTERLOCK_LOG_FORMAT",
        "console",
        "Log lines for people (`console`) or programs (`json`).",
        _one_of(*LOG_FORMATS),
    )
    log_level: str = _setting("INTERLOCK_LOG_LEVEL", "info", "The least that is logged.", _one_of(*LOG_LEVELS))

    @property
    def secret_key_path(self) -> Path:
        """The file of the secret key, where none is given."""
        if self.secret_key_file is not None:
            return Path(self.secret_key_file)
        beside = self.database_url.removeprefix("sqlite:///")
        return Path("interlock.key") if beside == self.database_url else Path(f"{beside}.key")


class Described(NamedTuple):
    """One row of the documentation."""

    variable: str
    default: str
    meaning: str


def describe() -> list[Described]:
    """Every setting, for the documentation."""
    return [
        Described(one.metadata["variable"], _shown(one.default), one.metadata["meaning"]) for one in fields(Settings)
    ]


def as_markdown() -> str:
    """The table in `docs/settings.md`."""
    rows = [f"| `{one.variable}` | {f'`{one.default}`' if one.default else ''} | {one.meaning} |" for one in describe()]
    return "\n".join(["| variable | default | what it does |", "|---|---|---|", *rows]) + "\n"


def _shown(default: Any) -> str:
    if default is None:
        return ""
    return str(default).lower() if isinstance(default, bool) else str(default)


def load(environment: Mapping[str, str] | None = None, **flags: Any) -> Settings:
    """Flags that were given (not None) win over the environment, which wins over the defaults.

    Raises `BadSetting` with a sentence that names the variable.
    """
    environment = os.environ if environment is None else environment
    chosen = {one.name: _read(one, environment[one.metadata["variable"]]) for one in fields(Settings)
              if environment.get(one.metadata["variable"], "") != ""}  # fmt: skip
    chosen.update((name, value) for name, value in flags.items() if value is not None)
    if chosen.get("smtp_url") and not chosen.get("mail_from"):
        raise BadSetting("INTERLOCK_SMTP_URL needs INTERLOCK_MAIL_FROM, the address that mail comes from")
    return Settings(**chosen)


def _read(one: Field[Any], given: str) -> Any:
    try:
        return one.metadata["read"](given)
    except BadSetting as problem:
        shown = "" if one.name in _SECRET else f"={given!r}"
        raise BadSetting(f"{one.metadata['variable']}{shown}: {problem}") from None
