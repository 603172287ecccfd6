"""One of everything that a workspace can hold, made through the API; and the ids that paths want of it."""

from __future__ import annotations

from interlock.kit import clock
from interlock.rest.operation import Operation
from support.client import Client

ORDER = {
    "identifier": "Order",
    "name": "Order",
    "plural_name": "Orders",
    "attributes": [
        {"name": "title", "data_type": "string"},
        {"name": "total", "data_type": "decimal"},
        {
            "name": "person",
            "data_type": "reference",
            "reference": {"to": "contact", "many": True, "inverse": {"name": "orders", "many": True}},
        },
    ],
}


async def fill(client: Client, mark: str) -> dict[str, str]:
    """`mark` stands in every text. The ids by the name of what they are of: `contact`, `tag`, ..."""
    ids = {"external_id": mark, "identifier": "Order", "name": "title", "admin": (await client.ok("GET", "/me"))["id"]}
    for make in (_people, _objects, _labels, _staff, _conversations, _tickets, _outside):
        await make(client, mark, ids)
    return ids


async def _people(client: Client, mark: str, ids: dict[str, str]) -> None:
    attribute = {"name": f"{mark}_a", "model": "contact", "data_type": "string"}
    ids["attribute"] = str((await client.ok("POST", "/data_attributes", attribute))["id"])
    values = {"external_id": mark, "email": f"{mark}@example.com", "custom_attributes": {f"{mark}_a": mark}}
    ids["contact"] = (await client.ok("POST", "/contacts", values))["id"]
    ids["lead"] = (await client.ok("POST", "/contacts", {"role": "lead", "name": mark}))["id"]
    ids["company"] = (await client.ok("POST", "/companies", {"company_id": mark, "name": mark}))["id"]
    await client.ok("POST", f"/contacts/{ids['contact']}/companies", {"id": ids["company"]})
    visitor = await client.ok("POST", "/interlock/v1/visitors", {"user_id": f"{mark}-v", "name": mark})
    ids["visitor"], ids["visitor_user"] = visitor["id"], visitor["user_id"]
    for name in ("speaker", "other_speaker"):  # who write, and are no visitors any more
        made = await client.ok("POST", "/interlock/v1/visitors", {"user_id": f"{mark}-{name}", "name": mark})
        ids[name], ids[f"{name}_user"] = made["id"], made["user_id"]


async def _objects(client: Client, mark: str, ids: dict[str, str]) -> None:
    await client.ok("POST", "/interlock/v1/object_types", {**ORDER, "description": mark})
    instance = {"external_id": mark, "custom_attributes": {"title": mark, "person": [ids["contact"]]}}
    ids["instance"] = (await client.ok("POST", "/custom_object_instances/Order", instance))["id"]
    history = await client.ok("GET", f"/interlock/v1/object_types/Order/instances/{mark}/history")
    ids["change"] = history["data"][0]["id"]


async def _labels(client: Client, mark: str, ids: dict[str, str]) -> None:
    both = {"name": mark, "users": [{"id": ids["contact"]}], "companies": [{"id": ids["company"]}]}
    ids["tag"] = (await client.ok("POST", "/tags", both))["id"]
    ids["note"] = (await client.ok("POST", f"/contacts/{ids['contact']}/notes", {"body": mark}))["id"]
    await client.ok("POST", f"/companies/{ids['company']}/notes", {"body": mark})
    news = {"default_translation": {"name": mark}, "state": "live"}
    ids["subscription"] = (await client.ok("POST", "/interlock/v1/subscription_types", news))["id"]
    said = {"id": ids["subscription"], "consent_type": "opt_out"}
    await client.ok("POST", f"/contacts/{ids['contact']}/subscriptions", said)
    rules = {"field": "external_id", "operator": "=", "value": mark}
    wanted = {"name": mark, "person_type": "user", "rules": rules}
    ids["segment"] = (await client.ok("POST", "/interlock/v1/segments", wanted))["id"]
    event = {"event_name": f"{mark}-did", "created_at": clock.seconds() - 60, "id": ids["contact"]}
    answer = await client.post("/events", {**event, "metadata": {"what": mark}})
    assert answer.status_code == 202, answer.text
    ids["event"] = event["event_name"]


async def _staff(client: Client, mark: str, ids: dict[str, str]) -> None:
    colleague = {"name": mark, "email": f"{mark}-colleague@example.com"}
    ids["colleague"] = (await client.ok("POST", "/interlock/v1/admins", colleague))["id"]
    team = {"name": mark, "admin_ids": [int(ids["colleague"])]}
    ids["team"] = (await client.ok("POST", "/interlock/v1/teams", team))["id"]
    ids["reason"] = (await client.ok("POST", "/interlock/v1/away_status_reasons", {"label": mark[:20]}))["id"]


async def _conversations(client: Client, mark: str, ids: dict[str, str]) -> None:
    wanted = {"name": f"{mark} list", "data_type": "list", "options": [{"label": mark}, {"label": "b"}, {"label": "c"}]}
    attribute = await client.ok("POST", "/conversations/attributes", wanted)
    ids["conversation_attribute"], ids["option"] = str(attribute["id"]), attribute["options"][0]["id"]
    await client.ok("POST", "/conversations/attributes", {"name": "Papers", "data_type": "files"})
    reference = {"type": "many", "object_type_id": "Order"}
    wanted = {"name": "Orders", "data_type": "relationship", "reference": reference}
    await client.ok("POST", "/conversations/attributes", wanted)
    begun = {"from": {"type": "user", "id": ids["contact"]}, "body": mark}
    for name in ("conversation", "second"):
        ids[name] = (await client.ok("POST", "/conversations", begun))["conversation_id"]
    path = f"/conversations/{ids['conversation']}"
    ours = f"/interlock/v1{path}"
    await client.ok("PUT", path, {"title": mark, "custom_attributes": {"Orders": [ids["instance"]]}})
    note = {"message_type": "note", "type": "admin", "admin_id": ids["admin"], "body": mark}
    shown = await client.ok("POST", f"{path}/reply", note)
    ids["part"], ids["source"] = shown["conversation_parts"]["conversation_parts"][-1]["id"], shown["source"]["id"]
    await client.ok("POST", f"{path}/tags", {"id": ids["tag"], "admin_id": ids["admin"]})
    await client.ok("POST", f"{ours}/rating", {"rating": 4, "remark": mark})
    await client.ok("POST", f"{ours}/handling_events", {"type": "paused", "admin_id": ids["admin"], "reason": mark})
    side = {"admin_id": ids["admin"], "subject": mark, "body": mark}
    ids["side"] = (await client.ok("POST", f"{ours}/side_conversations", side))["side_conversation_id"]


async def _tickets(client: Client, mark: str, ids: dict[str, str]) -> None:
    for name, category in (("ticket_type", "Customer"), ("tracker_type", "Tracker")):
        ids[name] = (await client.ok("POST", "/ticket_types", {"name": mark, "category": category}))["id"]
    attribute = {"name": f"{mark} text", "description": mark, "data_type": "string"}
    made = await client.ok("POST", f"/ticket_types/{ids['ticket_type']}/attributes", attribute)
    ids["ticket_attribute"] = made["id"]
    papers = {"name": "Papers", "description": "", "data_type": "files"}
    await client.ok("POST", f"/ticket_types/{ids['ticket_type']}/attributes", papers)
    state = {"category": "in_progress", "internal_label": mark, "external_label": mark}
    ids["ticket_state"] = (await client.ok("POST", "/interlock/v1/ticket_states", state))["id"]
    wanted = {"ticket_type_id": ids["ticket_type"], "contacts": [{"id": ids["contact"]}]}
    wanted["ticket_attributes"] = {"_default_title_": mark, "_default_description_": mark}
    ids["ticket"] = (await client.ok("POST", "/tickets", wanted))["id"]
    ids["ticket_job"] = (await client.ok("POST", "/tickets/enqueue", wanted))["id"]
    ids["tracker"] = (await client.ok("POST", "/tickets", {**wanted, "ticket_type_id": ids["tracker_type"]}))["id"]
    linked = {"conversation_id": ids["conversation"]}
    await client.ok("POST", f"/tickets/{ids['tracker']}/linked_conversations", linked)


async def _outside(client: Client, mark: str, ids: dict[str, str]) -> None:
    to = {"from": {"type": "admin", "id": ids["admin"]}, "to": {"type": "user", "id": ids["contact"]}}
    mail = {**to, "message_type": "email", "subject": mark, "body": mark, "template": "plain"}
    ids["message"] = (await client.ok("POST", "/messages", mail))["id"]
    sent = await client.post("/interlock/v1/files", files={"file": (f"{mark}.txt", mark.encode(), "text/plain")})
    ids["file"] = sent.json()["id"]
    hook = await client.ok("POST", "/interlock/v1/webhooks", {"url": f"https://{mark}.example", "topics": ["ping"]})
    ids["webhook"] = hook["id"]
    answer = await client.post(f"/interlock/v1/webhooks/{ids['webhook']}/ping")
    ids["delivery"] = answer.json()["id"]
    jobs = await client.ok("GET", "/interlock/v1/jobs")
    ids["job"] = jobs["data"][0]["id"]


# --- paths

_BY_NAME = {
    "custom_object_type_identifier": "identifier",
    "custom_object_instance_id": "instance",
    "data_attribute_id": "attribute",
    "subscription_type_id": "subscription",
    "side_conversation_id": "side",
    "ticket_state_id": "ticket_state",
    "ticket_type_id": "ticket_type",
}
_BEFORE_ID = {  # the word that stands before {id}
    "contacts": "contact",
    "conversations": "conversation",
    "instances": "external_id",
    "segments": "segment",
    "linked_conversations": "conversation",
    "files": "file",
    "tickets": "ticket",
}


def filled(operation: Operation, ids: dict[str, str]) -> str:
    """The path of an operation with these ids."""
    return operation.path.format(**parameters(operation.path, ids))


def parameters(path: str, ids: dict[str, str]) -> dict[str, str]:
    """What each parameter of a path is to be, where there is such a thing."""
    words = path.split("/")
    keys = {
        word[1:-1]: _key(path, word[1:-1], words[place - 1]) for place, word in enumerate(words) if word.startswith("{")
    }
    return {name: ids[key] for name, key in keys.items() if key in ids}


def _key(path: str, name: str, before: str) -> str:
    """What a parameter names."""
    if before == "attributes" and name in ("id", "attribute_id"):
        by_root = {"conversations": "conversation_attribute", "ticket_types": "ticket_attribute"}
        return by_root.get(path.split("/")[1], "attribute")
    if name == "id":
        return _BEFORE_ID[before]
    if name == "job_id":
        return "ticket_job" if before == "status" else "job"
    if name == "admin_id" and path.startswith("/interlock/"):
        return "colleague"
    if name == "name" and before == "data_event_types":
        return "event"
    if name == "ticket_id" and "linked_conversations" in path:
        return "tracker"
    return _BY_NAME.get(name, name if name in ("external_id", "identifier", "name") else name.removesuffix("_id"))
