"""Settings: flags before the environment before the defaults, and a sentence for what cannot be."""

from __future__ import annotations

from dataclasses import fields

import pytest

from interlock.settings import BadSetting, Settings, describe, load


def test_flags_win_over_the_environment_and_that_over_the_defaults() -> None:
    environment = {"INTERLOCK_HOST": "10.0.0.1", "INTERLOCK_PORT": "9000", "INTERLOCK_REGION": ""}
    chosen = load(environment, port=1234, host=None)
    assert (chosen.host, chosen.port, chosen.region) == ("10.0.0.1", 1234, "US")


@pytest.mark.parametrize(
    ("variable", "given", "said"),
    [
        ("INTERLOCK_PORT", "http", "whole number"),
        ("INTERLOCK_PORT", "70000", "between 0 and 65535"),
        ("INTERLOCK_TIMEZONE", "Mars/Olympus", "time zone"),
        ("INTERLOCK_OWNER_EMAIL", "nobody", "e-mail"),
        ("INTERLOCK_LOG_FORMAT", "xml", "console, json"),
        ("INTERLOCK_SANDBOX", "perhaps", "true or false"),
        ("INTERLOCK_RATE_LIMIT", "0", "between 1"),
        ("INTERLOCK_MAIL_FROM", "nobody", "e-mail"),
    ],
)
def test_a_value_that_cannot_be_is_said_with_its_variable(variable: str, given: str, said: str) -> None:
    with pytest.raises(BadSetting, match=said) as refused:
        load({variable: given})
    assert str(refused.value).startswith(f"{variable}={given!r}: ")


@pytest.mark.parametrize("given", ["mail.example", "http://mail.example", "smtp://", "smtp://h:x", "smtp://h?tls=1"])
def test_a_mail_server_that_cannot_be_is_said_without_its_password(given: str) -> None:
    with pytest.raises(BadSetting, match="smtps") as refused:
        load({"INTERLOCK_SMTP_URL": given, "INTERLOCK_MAIL_FROM": "help@shop.example"})
    assert str(refused.value).startswith("INTERLOCK_SMTP_URL: ")


def test_a_mail_server_needs_an_address_to_send_from() -> None:
    server = {"INTERLOCK_SMTP_URL": "smtp://user:secret@mail.example:587?starttls=required"}
    with pytest.raises(BadSetting, match="INTERLOCK_MAIL_FROM"):
        load(server)
    assert load(server | {"INTERLOCK_MAIL_FROM": "help@shop.example"}).mail_from == "help@shop.example"


def test_every_setting_is_described() -> None:
    rows = describe()
    assert len(rows) == len(fields(Settings)) == len({row.variable for row in rows})
    for row in rows:
        assert row.variable.startswith("INTERLOCK_")
        assert row.meaning.endswith(".")
