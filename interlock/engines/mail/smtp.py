"""To the mail server: one mail, one connection. Runs in a thread."""

from __future__ import annotations

import smtplib
import ssl
from email.message import EmailMessage
from urllib.parse import unquote, urlsplit

from interlock.kit import limits

SUBMISSION, SMTPS = 587, 465


class Refused(Exception):
    """The server will not take this mail, now or later."""


class TryAgain(Exception):
    """It could not be sent now."""


def send(url: str, mail_from: str, recipient: str, message: EmailMessage) -> None:
    """Raises `Refused` or `TryAgain`."""
    try:
        with _connect(url) as server:
            server.send_message(message, from_addr=mail_from, to_addrs=[recipient])
    except smtplib.SMTPRecipientsRefused as problem:
        code, said = next(iter(problem.recipients.values()))
        raise _by_code(code, said) from problem
    except smtplib.SMTPAuthenticationError as problem:  # of our settings, not of the mail: somebody may set them right
        raise TryAgain(f"the mail server refuses the user name or the password ({problem.smtp_code})") from problem
    except smtplib.SMTPResponseException as problem:
        raise _by_code(problem.smtp_code, problem.smtp_error) from problem
    except smtplib.SMTPNotSupportedError as problem:
        raise Refused(f"the mail server cannot take it: {problem}") from problem
    except (OSError, smtplib.SMTPException) as problem:
        raise TryAgain(f"{type(problem).__name__}: {problem}"[: limits.JOB_PROBLEM_CHARS]) from problem
    except (UnicodeError, ValueError) as problem:
        raise Refused(f"the mail cannot be written down: {problem}"[: limits.JOB_PROBLEM_CHARS]) from problem


def _connect(url: str) -> smtplib.SMTP:
    parts = urlsplit(url)
    host, timeout = parts.hostname or "", limits.SMTP_SECONDS
    if parts.scheme == "smtps":
        server: smtplib.SMTP = smtplib.SMTP_SSL(
            host, parts.port or SMTPS, timeout=timeout, context=ssl.create_default_context()
        )
    else:
        server = smtplib.SMTP(host, parts.port or SUBMISSION, timeout=timeout)
    try:
        if parts.scheme == "smtp":
            _start_tls(server, parts.query, required=(parts.port or SUBMISSION) == SUBMISSION or bool(parts.username))
        if parts.username:
            server.login(unquote(parts.username), unquote(parts.password or ""))
    except BaseException:
        server.close()
        raise
    return server


def _start_tls(server: smtplib.SMTP, query: str, required: bool) -> None:
    """A password never travels in the clear unless the settings say so."""
    if query == "starttls=off":
        return
    server.ehlo_or_helo_if_needed()
    if server.has_extn("starttls"):
        server.starttls(context=ssl.create_default_context())
    elif required or query == "starttls=required":
        raise TryAgain("the mail server does not offer STARTTLS")


def _by_code(code: int, said: bytes | str) -> Refused | TryAgain:
    text = said.decode("utf-8", "replace") if isinstance(said, bytes) else said
    told = f"{code} {' '.join(text.split())}"[: limits.JOB_PROBLEM_CHARS]
    return Refused(told) if 500 <= code < 600 else TryAgain(told)
