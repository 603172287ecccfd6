"""What is sealed opens in its own place and with its own key only."""

from __future__ import annotations

import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.kit.secrets import SecretProblem, Secrets
from interlock.settings import BadSetting, load

KEY, OTHER = "k" * 32, "o" * 32
PLACE = ("w", "webhooks", "secret", "1")
NOWHERE = Path("/nonexistent/key")


@given(st.text(), st.lists(st.text(), max_size=4))
def test_what_is_sealed_opens_again(secret: str, place: list[str]) -> None:
    secret = secret.encode("utf-8", "ignore").decode()
    place = [one.encode("utf-8", "ignore").decode() for one in place]
    secrets = Secrets(KEY, NOWHERE)
    sealed = secrets.seal(secret, *place)
    assert secrets.open(sealed, *place) == secret
    assert len(secret) < 8 or secret not in sealed
    assert sealed != secrets.seal(secret, *place)


@pytest.mark.parametrize("place", [("v", *PLACE[1:]), (*PLACE[:3], "2"), ("w", "webhooks", "secret"), ("wwebhooks",)])
def test_it_does_not_open_elsewhere(place: tuple[str, ...]) -> None:
    secrets = Secrets(KEY, NOWHERE)
    with pytest.raises(SecretProblem, match="belongs somewhere else"):
        secrets.open(secrets.seal("x", *PLACE), *place)


def test_it_does_not_open_when_it_was_changed() -> None:
    secrets = Secrets(KEY, NOWHERE)
    sealed = secrets.seal("secret", *PLACE)
    for broken in (
        sealed[:-2],
        sealed[:-9] + ("A" if sealed[-9] != "A" else "B") + sealed[-8:],
        sealed + "AAAA",
        "v1." + "x" * 20,
        "",
    ):
        with pytest.raises(SecretProblem):
            secrets.open(broken, *PLACE)


def test_keys_are_changed_by_giving_both() -> None:
    old, new = Secrets(OTHER, NOWHERE), Secrets(f"{KEY},{OTHER}", NOWHERE)
    assert new.open(old.seal("x", *PLACE), *PLACE) == "x"
    with pytest.raises(SecretProblem, match="another key"):
        old.open(new.seal("x", *PLACE), *PLACE)


def test_without_a_key_one_is_made_that_only_its_owner_may_read(tmp_path: Path) -> None:
    file = tmp_path / "data" / "shop.db.key"
    sealed = Secrets(None, file).seal("x", *PLACE)
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert Secrets(None, file).open(sealed, *PLACE) == "x"
    assert list(file.parent.iterdir()) == [file]


def test_several_that_make_it_at_once_have_the_same(tmp_path: Path) -> None:
    several = [Secrets(None, tmp_path / "key") for _ in range(8)]
    with ThreadPoolExecutor(8) as pool:
        sealed = list(pool.map(lambda one: one.seal("x", *PLACE), several))
    assert {Secrets(None, tmp_path / "key").open(one, *PLACE) for one in sealed} == {"x"}


def test_a_key_that_is_too_short_is_refused_and_not_shown() -> None:
    with pytest.raises(BadSetting, match="INTERLOCK_SECRET_KEY: must have") as refused:
        load({"INTERLOCK_SECRET_KEY": "hunter2"})
    assert "hunter2" not in str(refused.value)


def test_the_file_is_beside_the_data() -> None:
    assert load({"INTERLOCK_DATABASE_URL": "sqlite:///data/shop.db"}).secret_key_path == Path("data/shop.db.key")
    assert load({"INTERLOCK_SECRET_KEY_FILE": "/etc/k"}).secret_key_path == Path("/etc/k")
