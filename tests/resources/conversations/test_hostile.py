"""Whatever is sent: a refusal with its reason, never an error of the server, and nothing half-stored."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.app import build
from interlock.core.workspaces.bootstrap import Made
from interlock.kit import limits
from interlock.storage.database import Database
from support.direct import Direct

OPERATIONS = [
    ("POST", "/conversations"),
    ("PUT", "/conversations/{}"),
    ("POST", "/conversations/{}/reply"),
    ("POST", "/conversations/last/reply"),
    ("POST", "/conversations/{}/parts"),
    ("POST", "/conversations/{}/customers"),
    ("DELETE", "/conversations/{}/customers/x"),
    ("POST", "/conversations/redact"),
    ("POST", "/conversations/{}/merge"),
    ("POST", "/conversations/search"),
    ("POST", "/interlock/v1/conversations/{}/rating"),
    ("POST", "/interlock/v1/conversations/{}/handling_events"),
    ("POST", "/interlock/v1/conversations/{}/side_conversations"),
    ("POST", "/interlock/v1/conversations/{}/side_conversations/x/reply"),
    ("PUT", "/interlock/v1/conversations/{}"),
]
KEYS = (
    *("from", "type", "id", "body", "subject", "created_at", "attachment_urls", "attachment_files", "message_type"),
    *("admin_id", "intercom_user_id", "user_id", "email", "reply_options", "skip_notifications", "assignee_id"),
    *("snoozed_until", "read", "title", "company_id", "custom_attributes", "priority", "customer", "conversation_id"),
    *("conversation_part_id", "source_id", "merge_into_conversation_id", "rating", "remark", "contact_id", "reason"),
    *("to", "query", "pagination"),
)
WORDS = (
    *("user", "admin", "team", "contact", "comment", "note", "quick_reply", "close", "open", "snoozed", "assignment"),
    *("source", "conversation_part", "paused", "urgent", "0", "1", "-1", "x"),
)
scalars = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(-(2**63), 2**63 - 1),
    st.floats(allow_nan=False, allow_infinity=False),
    st.sampled_from(WORDS),
    st.text(max_size=20).filter(lambda text: "\0" not in text and text.isprintable()),
    st.sampled_from(["9" * 10_000, "<script>", "'; drop table parts; --", "e\u0301\u202e"]),
)
values = st.recursive(
    scalars,
    lambda inner: st.one_of(st.lists(inner, max_size=3), st.dictionaries(st.sampled_from(KEYS), inner, max_size=3)),
    max_leaves=6,
)
bodies = st.dictionaries(st.sampled_from(KEYS), values, max_size=8)


@pytest.fixture
async def direct(database: Database, workspace: Made) -> Direct:
    return Direct(build(database), workspace.token)


@given(operation=st.sampled_from(OPERATIONS), body=bodies, named=st.booleans())
async def test_any_body_is_answered(
    direct: Direct, workspace: Made, operation: tuple[str, str], body: dict[str, Any], named: bool
) -> None:
    """`named`: with the teammate and the kind that make it go further."""
    contact = await direct.ok("POST", "/contacts", {"role": "user"})
    begun = {"from": {"type": "user", "id": contact["id"]}, "body": "x"}
    id = (await direct.ok("POST", "/conversations", begun))["conversation_id"]
    if named:
        body = {**body, "admin_id": workspace.admin_id, "conversation_id": id}
    method, path = operation
    status, answer = await direct.send(method, path.format(id), body)
    assert status in (200, 400, 403, 404, 413, 422), (status, answer)
    if status != 200:
        assert answer["errors"][0]["message"]
    status, _ = await direct.send("GET", f"/conversations/{id}")
    assert status == 200


LONG = "x" * (limits.HTML_CHARS + 1)


@pytest.mark.parametrize("body", [LONG, f"<p>{LONG}</p>", f"& < {LONG}"])
async def test_what_is_too_long_is_told_with_its_field(direct: Direct, workspace: Made, body: str) -> None:
    contact = await direct.ok("POST", "/contacts", {"role": "user"})
    who = {"type": "user", "id": contact["id"]}
    id = (await direct.ok("POST", "/conversations", {"from": who, "body": "x"}))["conversation_id"]
    kind = await direct.ok("POST", "/ticket_types", {"name": "Repair"})
    made = {"ticket_type_id": kind["id"], "contacts": [{"id": contact["id"]}]}
    ticket = (await direct.ok("POST", "/tickets", made))["id"]
    admin = {"type": "admin", "admin_id": workspace.admin_id}
    comment, note = {"message_type": "comment", **admin}, {"message_type": "note", **admin}
    for path, sent in (
        ("/conversations", {"from": who}),
        (f"/conversations/{id}/reply", comment),
        (f"/conversations/{id}/reply", note),
        (f"/conversations/{id}/reply", {"message_type": "comment", **who, "intercom_user_id": contact["id"]}),
        (f"/conversations/{id}/parts", {"message_type": "close", **admin}),
        (f"/interlock/v1/conversations/{id}/side_conversations", admin),
        (f"/tickets/{ticket}/reply", note),
        (f"/contacts/{contact['id']}/notes", {}),
        ("/messages", {"from": who}),
        ("/messages", {"message_type": "inapp", "to": who}),
    ):
        status, answer = await direct.send("POST", path, {**sent, "body": body})
        problem = answer["errors"][0]
        assert (status, problem["code"], problem.get("field")) == (400, "parameter_invalid", "body"), path
    assert (await direct.ok("GET", f"/conversations/{id}"))["conversation_parts"]["total_count"] == 0


async def test_a_subject_has_a_limit(direct: Direct, workspace: Made) -> None:
    contact = await direct.ok("POST", "/contacts", {"role": "user"})
    begun = {"from": {"type": "user", "id": contact["id"]}, "body": "x"}
    id = (await direct.ok("POST", "/conversations", begun))["conversation_id"]
    side = {"admin_id": workspace.admin_id, "body": "x"}
    for path, sent in (
        ("/conversations", begun),
        (f"/interlock/v1/conversations/{id}/side_conversations", side),
    ):
        await direct.ok("POST", path, {**sent, "subject": "s" * limits.SUBJECT_CHARS})
        status, answer = await direct.send("POST", path, {**sent, "subject": "s" * (limits.SUBJECT_CHARS + 1)})
        assert (status, answer["errors"][0]["field"]) == (400, "subject")


@pytest.mark.parametrize("id", ["%00", "9" * 1000, "%ff", "..", "last", "%F0%9F%92%A9", "-1"])
async def test_any_id_is_answered(direct: Direct, id: str) -> None:
    for method, path in OPERATIONS:
        if "{}" in path:
            raw_path = path.format(id).encode()
            status, content = await direct.raw(method, raw_path, b"", direct.headers, b"{}")
            assert 400 <= status < 500, (path, content)
