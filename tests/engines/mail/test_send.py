"""Mail on its way: to a real server on this machine, and what becomes of it when the server says no."""

from __future__ import annotations

import email
import email.policy
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import LoginPassword

from interlock.core.jobs import store as jobs
from interlock.core.outbound import mail, store
from interlock.core.outbound.mail import Letter, Party
from interlock.core.outbound.store import Mail
from interlock.core.schema.cache import SchemaCache
from interlock.core.workspaces.bootstrap import create_workspace
from interlock.engines.jobs import handlers
from interlock.engines.jobs.context import Context
from interlock.engines.jobs.runner import Runner
from interlock.engines.mail.compose import BadMail, compose
from interlock.kit import clock, limits
from interlock.settings import Settings
from interlock.storage.database import Database, Tx
from support.mail_server import Inbox, serving_mail

FROM = "help@shop.example"


@pytest.fixture
def inbox() -> Inbox:
    return Inbox()


@pytest.fixture
async def server(inbox: Inbox) -> AsyncIterator[str]:
    """Its host and port."""
    async with serving_mail(inbox) as address:
        yield address


class Post:
    """The queue of a workspace, and a worker for it."""

    def __init__(self, database: Database, workspace_id: str) -> None:
        self.database = database
        self.key = workspace_id

    async def enqueue(self, recipient: str = "ada@example.com", **fields: Any) -> str:
        given = {"subject": "News", "html": "<p>Hello</p>", "from_name": "Grace", "to": [Party("Ada", recipient)]}
        letter = Letter(**(given | fields))

        async def unit(tx: Tx) -> str:
            return await mail.enqueue_mail(tx, self.key, recipient, letter)

        return await self.database.transact(unit)

    async def work(self, **settings: Any) -> None:
        schemas = SchemaCache(self.database)
        context = Context.of(self.database, Settings(database_url=self.database.url, **settings), schemas)
        await Runner(context, handlers.outbound(), "outbound").drain()
        await context.close()

    async def get(self, id: str) -> Mail:
        found = await self.database.read(store.get_mail, self.key, id)
        assert found is not None
        return found


@pytest.fixture
async def post(new_database: Database) -> Post:
    """In a database of its own, since the queue is that of all workspaces."""
    return Post(new_database, (await create_workspace(new_database, "Mail")).workspace_id)


@pytest.fixture
def through(server: str) -> dict[str, Any]:
    return {"smtp_url": f"smtp://{server}", "mail_from": FROM}


def read(content: bytes) -> Any:
    return email.message_from_bytes(content, policy=email.policy.default)


async def test_a_mail_arrives_with_everything_in_it(post: Post, inbox: Inbox, through: Any) -> None:
    id = await post.enqueue(
        subject="Grüße 🏔",
        html='<p>Hello <a href="https://shop.example">shop</a></p>',
        reply_to=Party("Grace", "grace@shop.example"),
        cc=[Party(None, "bob@example.com")],
    )
    await post.work(**through)
    ((mail_from, recipients, content),) = inbox.mails
    assert (mail_from, recipients) == (FROM, ["ada@example.com"])
    message = read(content)
    assert message["Subject"] == "Grüße 🏔"
    assert message["From"] == f"Grace <{FROM}>"
    assert message["To"] == "Ada <ada@example.com>"
    assert message["Cc"] == "bob@example.com"
    assert message["Reply-To"] == "Grace <grace@shop.example>"
    assert message["Message-ID"] == f"<{id}@shop.example>"
    assert message["List-Unsubscribe"] == f"<mailto:{FROM}?subject=unsubscribe>"
    assert message.get_body(("plain",)).get_content().strip() == "Hello shop (https://shop.example)"
    assert '<a href="https://shop.example">' in message.get_body(("html",)).get_content()
    sent = await post.get(id)
    assert (sent.state, sent.through, sent.problem) == ("sent", "smtp", None)
    assert sent.details == {"receipt_id": None}, "what was in it is not kept"
    await post.work(**through)
    assert len(inbox.mails) == 1


async def test_what_is_refused_for_good_has_failed(post: Post, inbox: Inbox, through: Any) -> None:
    inbox.answers = {"ada@example.com": "550 no such user here"}
    id = await post.enqueue()
    await post.work(**through)
    failed = await post.get(id)
    assert (failed.state, failed.problem) == ("failed", "550 no such user here")
    assert failed.finished_at is not None
    assert inbox.mails == []


async def test_what_is_refused_for_now_is_tried_again(post: Post, inbox: Inbox, through: Any, later: Any) -> None:
    inbox.answers = {"ada@example.com": "451 come back later"}
    id = await post.enqueue()
    await post.work(**through)
    waiting = await post.get(id)
    assert (waiting.state, waiting.problem) == ("waiting", "451 come back later")
    later(60)
    await post.work(**through)
    assert (await post.get(id)).state == "sent"
    assert len(inbox.mails) == 1


async def test_a_server_that_is_away_is_waited_for(post: Post, later: Any) -> None:
    id = await post.enqueue()
    await post.work(smtp_url="smtp://127.0.0.1:1", mail_from=FROM)
    waiting = await post.get(id)
    assert waiting.state == "waiting"
    assert waiting.problem is not None
    assert "refused" in waiting.problem.lower()


async def test_after_the_last_attempt_it_has_failed(post: Post, later: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MAIL_ATTEMPTS", 2)
    id = await post.enqueue()
    for _ in range(2):
        await post.work(smtp_url="smtp://127.0.0.1:1", mail_from=FROM)
        later(7200)
    assert (await post.get(id)).state == "failed"


async def test_the_user_name_and_password_are_told(post: Post, inbox: Inbox, server: str) -> None:
    await post.enqueue()
    await post.work(smtp_url=f"smtp://user:p%40ss@{server}?starttls=off", mail_from=FROM)
    assert inbox.users == [LoginPassword(b"user", b"p@ss")]
    assert len(inbox.mails) == 1


async def test_a_password_does_not_travel_in_the_clear(post: Post, inbox: Inbox, server: str) -> None:
    id = await post.enqueue()
    await post.work(smtp_url=f"smtp://user:p%40ss@{server}", mail_from=FROM)
    assert (await post.get(id)).problem == "the mail server does not offer STARTTLS"
    assert (inbox.users, inbox.mails) == ([], [])


async def test_a_wrong_password_is_tried_again(post: Post, inbox: Inbox, server: str) -> None:
    id = await post.enqueue()
    await post.work(smtp_url=f"smtp://user:wrong@{server}?starttls=off", mail_from=FROM)
    waiting = await post.get(id)
    assert (waiting.state, "password" in (waiting.problem or "")) == ("waiting", True)


# --- the outbox


async def test_without_a_server_it_is_a_file(post: Post, tmp_path: Path) -> None:
    id = await post.enqueue()
    await post.work(outbox=str(tmp_path / "out"))
    (path,) = (tmp_path / "out").iterdir()
    assert path.name == f"{id}.eml"
    assert path.stat().st_mode & 0o077 == 0
    assert read(path.read_bytes())["To"] == "Ada <ada@example.com>"
    assert (await post.get(id)).through == "outbox"


async def test_an_outbox_that_cannot_be_written_is_tried_again(post: Post, tmp_path: Path) -> None:
    (tmp_path / "out").write_text("a file in its place")
    id = await post.enqueue()
    await post.work(outbox=str(tmp_path / "out"))
    assert (await post.get(id)).state == "waiting"


# --- hostile names


def make(**fields: Any) -> Mail:
    details = {"html": "<p>x</p>", "from_name": "Grace", "reply_to": None, "to": [], "cc": [], "receipt_id": None}
    given = {"recipient": "ada@example.com", "subject": "News"}
    given |= {name: fields.pop(name) for name in list(fields) if name in given}
    return Mail("m1", given["recipient"], given["subject"], "waiting", None, None, 0, None, details | fields)


@pytest.mark.parametrize(
    "evil",
    [
        "x\r\nBcc: eve@evil.example",
        "x\nBcc: eve@evil.example",
        "\0\r\n\r\nbody",
        "\ud800x",
        "x\x85Bcc: eve@evil.example",
        "=?utf-8?q?x=0d=0aBcc:_eve@evil.example?=",  # `email` decodes such words in what it is given
        "=?utf-8?b?eApCY2M6IGV2ZUBldmlsLmV4YW1wbGU=?=",
        "==??utf-8?q?x=0aBcc:_eve@evil.example?=",
    ],
)
def test_nothing_can_add_a_header(evil: str) -> None:
    party = [evil, "bob@example.com"]
    message = compose(make(subject=evil, from_name=evil, reply_to=party, to=[party], cc=[party]), FROM)
    again = read(message.as_bytes())
    assert "Bcc" not in again
    assert again["Message-ID"] == "<m1@shop.example>"


@pytest.mark.parametrize(
    "address", ["", "nobody", "a@b\r\nRCPT TO: eve@x", "a b@c", "@", "a@", "<a@b>", "a@b, c@d", "x" * 5000 + "@", '"@x']
)
async def test_what_is_no_address_fails_at_once(address: str, post: Post, inbox: Inbox, through: Any) -> None:
    with pytest.raises(BadMail):
        compose(make(recipient=address), FROM)
    id = await post.enqueue(address)
    await post.work(**through)
    assert (await post.get(id)).state == "failed"
    assert inbox.mails == []


async def test_a_bad_address_of_another_does_not_keep_it(post: Post, inbox: Inbox, through: Any) -> None:
    await post.enqueue(to=[Party("A", "ada@example.com"), Party("B", "nonsense")])
    await post.work(**through)
    assert read(inbox.mails[0][2])["To"] == "A <ada@example.com>"


async def test_a_mail_that_is_gone_is_nothing(post: Post) -> None:
    async def unit(tx: Tx) -> str:
        return await jobs.enqueue(tx, post.key, mail.SEND_MAIL, {"mail_id": "unknown"})

    id = await post.database.transact(unit)
    await post.work()
    job = await post.database.read(jobs.get, post.key, id)
    assert job is not None
    assert job.state == jobs.DONE


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[float], None]:
    """Moves the clock on."""
    real, ahead = clock.micros, [0]

    def move(seconds: float) -> None:
        ahead[0] += int(seconds * 1_000_000)

    monkeypatch.setattr(clock, "micros", lambda: real() + ahead[0])
    return move
