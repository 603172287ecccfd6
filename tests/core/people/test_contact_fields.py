"""What the standard fields of a contact must be like: no database needed."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.people.contact_fields import check
from interlock.kit.problems import Problem


@pytest.mark.parametrize("email", ["a@b.co", "joe.o'hara+x@mail.example.com", "jürgen@müller.de", "A_B-c@x-y.io"])
def test_emails(email: str) -> None:
    assert check({"email": f" {email}\n"}).fields == {"email": email}


@pytest.mark.parametrize("email", ["a", "@b.co", "a@", "a@b", "a@.b.co", "a@b..co", "a@b.co.", "a b@c.de", "a@b@c.de"])
def test_what_is_no_email(email: str) -> None:
    with pytest.raises(Problem) as raised:
        check({"email": email})
    assert raised.value.field == "email"


@pytest.mark.parametrize("value", [None, "", "  "])
def test_nothing_clears(value: Any) -> None:
    names = ("name", "phone", "email")
    assert check(dict.fromkeys(names, value)).fields == dict.fromkeys(names)
    assert check({"avatar": value, "language_override": value}).details == {
        "avatar_url": None,
        "language_override": None,
    }


def test_what_is_absent_stays() -> None:
    written = check({"name": "Ann", "role": None, "email_verified": None})
    assert (written.fields, written.details) == ({"name": "Ann"}, {})


def test_null_is_not_unsubscribed() -> None:
    assert check({"unsubscribed_from_emails": None}).fields == {"unsubscribed_from_emails": False}


def test_the_first_of_several_problems_is_told() -> None:
    with pytest.raises(Problem) as raised:
        check({"email": "x", "name": "n" * 256, "role": "boss"})
    assert raised.value.field == "role"
