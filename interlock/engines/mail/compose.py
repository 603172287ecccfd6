"""A mail as the bytes that are sent: text and HTML, with headers that nobody's name or subject can add to."""

from __future__ import annotations

from collections.abc import Iterable
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import formatdate
from typing import Any

from interlock.core.outbound.mail import one_line
from interlock.core.outbound.store import Mail
from interlock.kit import html

UNSET_FROM = "interlock@localhost.invalid"
"""Whom the mails in an outbox come from, where no address is set."""


class BadMail(Exception):
    """It can never be sent as it is: the message says why."""


def compose(mail: Mail, mail_from: str) -> EmailMessage:
    """Raises `BadMail` for an address that is none."""
    details = mail.details
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = f"<{mail.id}@{_domain(mail_from)}>"  # the same each time: who gets it twice can tell
    message["Date"] = formatdate(mail.created_at)
    message["From"] = _address([details["from_name"], mail_from])
    shown = list(_addresses(details["to"]))
    message["To"] = shown or [_address([None, mail.recipient])]
    if cc := list(_addresses(details["cc"])):
        message["Cc"] = cc
    if details["reply_to"] is not None:
        message["Reply-To"] = _address(details["reply_to"])
    message["Subject"] = one_line(mail.subject)
    message["List-Unsubscribe"] = f"<mailto:{mail_from}?subject=unsubscribe>"
    message.set_content(html.to_text(details["html"]) + "\n")
    message.add_alternative(f"<!doctype html>\n<html><body>\n{details['html']}\n</body></html>\n", subtype="html")
    _address([None, mail.recipient])
    return message


def _addresses(parties: Iterable[Any]) -> Iterable[Address]:
    """Those that are addresses: somebody else's bad one does not keep the mail from this recipient."""
    for one in parties:
        try:
            yield _address(one)
        except BadMail:
            continue


def _address(party: Any) -> Address:
    name, email = party
    try:
        return Address(one_line(name or "")[:200], addr_spec=email)
    except Exception as problem:  # its parser fails on hostile text in many ways, each of which means "no address"
        raise BadMail(f"{email[:100]} is not an email address") from problem


def _domain(email: str) -> str:
    return email.rpartition("@")[2]
