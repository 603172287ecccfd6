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
    ],
)
def test_a_value_that_cannot_be_is_said_with_its_variable(variable: str, given: str, said: str) -> None:
    with pytest.raises(BadSetting, match=said) as refused:
        load({variable: given})
    assert str(refused.value).startswith(f"{variable}={given!r}: ")


def test_every_setting_is_described() -> None:
    rows = describe()
    assert len(rows) == len(fields(Settings)) == len({row.variable for row in rows})
    for row in rows:
        assert row.variable.startswith("INTERLOCK_")
        assert row.meaning.endswith(".")
