"""Tokens: how they come, how long a process believes in them, what they may do."""

from __future__ import annotations

import asyncio
import base64

import pytest

from interlock.kit import clock, limits
from interlock.kit.problems import Problem
from interlock.rest import auth
from interlock.rest.auth import TokenEntry, Tokens, require_scope, token_hash, token_of

ENTRY = TokenEntry("t1", "w1", frozenset(["*"]))
HASH = token_hash(b"secret")


def basic(text: str) -> bytes:
    return b"Basic " + base64.b64encode(text.encode())


class Table:
    """The tokens as the database has them."""

    def __init__(self) -> None:
        self.rows: dict[str, TokenEntry] = {HASH: ENTRY}
        self.asked = 0
        self.gate = asyncio.Event()
        self.gate.set()

    async def lookup(self, hashed: str) -> TokenEntry | None:
        self.asked += 1
        found = self.rows.get(hashed)
        await self.gate.wait()
        return found


@pytest.fixture
def table() -> Table:
    return Table()


@pytest.fixture
def now(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """A clock that the test sets."""
    time = [100.0]
    monkeypatch.setattr(clock, "monotonic", lambda: time[0])
    return time


class TestHeader:
    @pytest.mark.parametrize(
        "header",
        [b"Bearer secret", b"bearer secret", b"BEARER  secret ", basic("secret:"), basic("secret"), basic(":secret")],
    )
    def test_ways_to_send_a_token(self, header: bytes) -> None:
        assert token_of(header) == b"secret"

    def test_with_both_the_user_name_counts(self) -> None:
        assert token_of(basic("secret:x")) == b"secret"

    @pytest.mark.parametrize(
        "header",
        [
            None,
            b"",
            b"Bearer",
            b"Bearer ",
            b"secret",
            b"Digest secret",
            b"Basic !!!",
            b"Basic",
            basic(":"),
            b"\xff \xff",
        ],
    )
    def test_what_is_no_token(self, header: bytes | None) -> None:
        assert token_of(header) is None

    def test_a_token_without_end(self) -> None:
        assert token_of(b"Bearer " + b"x" * 100_000) is None


class TestScopes:
    @pytest.mark.parametrize(
        ("held", "asked"),
        [
            ("*", "read_users"),
            ("read_users", "read_users"),
            ("read_write_users", "read_users"),
            ("read_write_users", "write_users"),
            ("read_users write_users", "read_write_users"),
            ("", None),
        ],
    )
    def test_allowed(self, held: str, asked: str | None) -> None:
        require_scope(TokenEntry("t", "w", frozenset(held.split())), asked)

    @pytest.mark.parametrize(
        ("held", "asked"),
        [
            ("", "read_users"),
            ("write_users", "read_users"),
            ("write_users", "read_write_users"),
            ("read_users", "write_users"),
            ("read_write_schema", "read_users"),
            ("read_write_workspace", "manage_workspace"),
        ],
    )
    def test_refused(self, held: str, asked: str) -> None:
        with pytest.raises(Problem) as caught:
            require_scope(TokenEntry("t", "w", frozenset(held.split())), asked)
        assert caught.value.code == "forbidden"
        assert caught.value.message == f"You do not have the required scope ({asked}) to access this resource"


class TestCache:
    async def test_a_token_is_looked_up_once_while_it_is_fresh(self, table: Table, now: list[float]) -> None:
        tokens = Tokens(table.lookup)
        for _ in range(3):
            assert await tokens.find(HASH) is ENTRY
            now[0] += limits.CACHE_AGE / 4
        assert table.asked == 1

    async def test_a_revoked_token_fails_when_the_entry_is_old(self, table: Table, now: list[float]) -> None:
        tokens = Tokens(table.lookup)
        await tokens.find(HASH)
        table.rows.clear()
        now[0] += limits.CACHE_AGE
        assert await tokens.find(HASH) is None

    async def test_a_new_token_works_when_the_refusal_is_old(self, table: Table, now: list[float]) -> None:
        tokens, new = Tokens(table.lookup), token_hash(b"new")
        assert await tokens.find(new) is None
        assert await tokens.find(new) is None
        assert table.asked == 1
        table.rows[new] = ENTRY
        now[0] += limits.CACHE_AGE
        assert await tokens.find(new) is ENTRY

    async def test_requests_share_one_look_up(self, table: Table) -> None:
        tokens = Tokens(table.lookup)
        table.gate.clear()
        waiting = [asyncio.create_task(tokens.find(HASH)) for _ in range(10)]
        await asyncio.sleep(0)
        table.gate.set()
        assert await asyncio.gather(*waiting) == [ENTRY] * 10
        assert table.asked == 1

    async def test_a_request_that_is_given_up_does_not_take_the_others_along(self, table: Table) -> None:
        tokens = Tokens(table.lookup)
        table.gate.clear()
        first, second = asyncio.create_task(tokens.find(HASH)), asyncio.create_task(tokens.find(HASH))
        await asyncio.sleep(0)
        first.cancel()
        table.gate.set()
        assert await second is ENTRY

    async def test_an_answer_is_as_old_as_its_question(self, table: Table, now: list[float]) -> None:
        """A row that is revoked while its look-up is on the way must not count as fresh from the look-up's end."""
        tokens = Tokens(table.lookup)
        table.gate.clear()
        slow = asyncio.create_task(tokens.find(HASH))
        await asyncio.sleep(0.01)
        table.rows.clear()
        now[0] += limits.CACHE_AGE
        late = asyncio.create_task(tokens.find(HASH))
        await asyncio.sleep(0.01)
        table.gate.set()
        assert await slow is ENTRY
        assert await late is None

    async def test_a_failed_look_up_is_tried_again(self, table: Table) -> None:
        async def broken(hashed: str) -> TokenEntry | None:
            raise ConnectionError

        tokens = Tokens(broken)
        with pytest.raises(ConnectionError):
            await tokens.find(HASH)
        tokens._lookup = table.lookup
        assert await tokens.find(HASH) is ENTRY

    async def test_guessing_does_not_fill_the_memory(self, table: Table, monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setattr(auth, "UNKNOWN_TOKENS", 5)
        tokens = Tokens(table.lookup)
        await tokens.find(HASH)
        for number in range(20):
            await tokens.find(str(number))
        assert len(tokens._unknown) == 5
        assert HASH in tokens._known
