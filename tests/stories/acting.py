"""What operations are sent that do something to one of everything (`everything.py`)."""

from __future__ import annotations

from typing import Any

from interlock.kit import clock


def bodies(path: dict[str, str], ids: dict[str, str]) -> dict[str, list[Any]]:
    """Bodies of each operation, made of `ids`, one's own or somebody else's; `path` are the ids that are one's own.

    Of what takes several ids there is one body each, with nothing else wrong: no problem may hide another.
    """
    mark = ids["external_id"]
    contact, company, admin = ids["contact"], ids["company"], ids["admin"]
    link = {"external_id": "mine", "custom_attributes": {"person": [contact]}}
    said = {"message_type": "comment", "body": "taken"}
    by_me, by_them = {"type": "admin", "admin_id": path["admin"]}, {"type": "admin", "admin_id": admin}
    as_them = {"type": "user", "intercom_user_id": contact}
    assign = {"message_type": "assignment", "admin_id": path["admin"]}
    new_ticket = {"ticket_type_id": path["ticket_type"], "contacts": [{"id": path["contact"]}]}
    mail = {"message_type": "inapp", "body": "taken", "from": {"type": "admin", "id": path["admin"]}}
    to_them = {"type": "user", "id": contact}
    reference = {"Orders": [ids["instance"]]}
    return {
        "createCustomObjectInstances": [link],
        "upsertInstance": [link],
        "bulkInstances": [{"rows": [link, {"external_id": mark, "action": "delete"}]}],
        "revertInstance": [{"to": ids["change"]}],
        "UpdateContact": [
            {"name": "taken", "custom_attributes": {"orders": [ids["instance"]]}},
            {"owner_id": admin},
        ],
        "CreateContact": [{"external_id": "new", "owner_id": admin}],
        "MergeContact": [
            {"from": one, "into": two, "skip_duplicate_validation": True}
            for one, two in ((ids["lead"], contact), (path["lead"], contact), (ids["lead"], path["contact"]))
        ],
        "attachContactToACompany": [{"id": company}],
        "UpdateCompany": [{"name": "taken"}],
        "updateDataAttribute": [{"description": "taken", "archived": True}],
        "createTag": [
            {"id": ids["tag"], "name": "taken"},
            {"name": "taken", "users": [{"id": contact}]},
            {"name": "taken", "companies": [{"id": company}]},
            {"name": "taken", "companies": [{"company_id": mark}]},
        ],
        "attachTagToContact": [{"id": ids["tag"]}],
        "attachTagToConversation": [{"id": ids["tag"], **by_me}, {"id": path["tag"], **by_them}],
        "attachTagToTicket": [{"id": ids["tag"], **by_me}, {"id": path["tag"], **by_them}],
        "detachTagFromConversation": [by_me, by_them],
        "detachTagFromTicket": [by_me, by_them],
        "createNote": [{"body": "taken", "admin_id": admin}],
        "createCompanyNote": [{"body": "taken", "admin_id": admin}],
        "attachSubscriptionTypeToContact": [{"id": ids["subscription"], "consent_type": "opt_in"}],
        "updateSubscriptionType": [{"state": "archived"}],
        "createConversation": [
            {"from": {"type": "contact", "id": one}, "body": "taken"} for one in (contact, ids["speaker"])
        ]
        + [{"from": {"type": "contact", "user_id": ids["other_speaker_user"]}, "body": "taken"}],
        "updateConversation": [
            {"title": "taken"},
            {"company_id": company},
            {"custom_attributes": reference},
        ],
        "updateConversationPriority": [{"priority": "high"}, {"priority": "low", "admin_id": admin}],
        "replyConversation": [said | by_me, said | by_them, said | as_them],
        "manageConversation": [
            {"message_type": "close", "admin_id": path["admin"]},
            {"message_type": "close", "admin_id": admin},
            {**assign, "type": "admin", "assignee_id": ids["colleague"]},
            {**assign, "type": "team", "assignee_id": ids["team"]},
        ],
        "attachContactToConversation": [{"admin_id": path["admin"], "customer": {"intercom_user_id": contact}}],
        "redactConversation": [
            {"type": "conversation_part", "conversation_id": talk, "conversation_part_id": ids["part"]}
            for talk in (ids["conversation"], path["conversation"])
        ]
        + [{"type": "source", "conversation_id": ids["conversation"], "source_id": ids["source"]}],
        "mergeConversation": [{"merge_into_conversation_id": int(one["second"])} for one in (ids, path)],
        "rateConversation": [{"rating": 1}, {"rating": 1, "contact_id": contact}],
        "addHandlingEvent": [
            {"type": "paused", "admin_id": path["admin"]},
            {"type": "resumed", "admin_id": admin},
        ],
        "startSideConversation": [{"body": "taken", **by_me}, {"body": "taken", **by_them}],
        "replySideConversation": [{"body": "taken", **by_me}, {"body": "taken", **by_them}],
        "searchConversations": [
            search("contact_ids", contact),
            search("tag_ids", ids["tag"]),
            search("admin_assignee_id", int(ids["colleague"])),
            search("title", mark),
            search("custom_attributes.Orders", ids["instance"]),
        ],
        "SearchContacts": [search("external_id", mark), search("tag_id", ids["tag"]), search("id", contact)],
        "updateConversationAttribute": [{"name": "renamed"}],
        "createConversationAttributeOption": [{"label": "taken"}],
        "updateConversationAttributeOption": [{"label": "renamed"}],
        "createDataEvent": [
            {"event_name": "taken", "created_at": clock.seconds(), "id": contact},
            {"event_name": "taken", "created_at": clock.seconds(), "user_id": mark},
            {"event_name": "taken", "created_at": clock.seconds(), "email": f"{mark}@example.com"},
        ],
        "dataEventSummaries": [
            {"id": contact, "event_summaries": {"event_name": "taken", "count": 1, "first": 1, "last": 2}}
        ],
        "updateDataEventType": [{"archived": True}],
        "createMessage": [
            {**mail, "to": to_them},
            {**mail, "from": {"type": "admin", "id": admin}, "to": {"type": "user", "id": path["contact"]}},
            {"from": to_them, "body": "taken"},
        ],
        "createTicket": [
            {**new_ticket, "ticket_type_id": ids["ticket_type"]},
            {**new_ticket, "contacts": [{"id": contact}]},
            {**new_ticket, "contacts": [{"external_id": mark}]},
            {**new_ticket, "company_id": company},
            {**new_ticket, "assignment": {"admin_assignee_id": ids["colleague"]}},
            {**new_ticket, "assignment": {"team_assignee_id": ids["team"]}},
            {
                **new_ticket,
                "ticket_type_id": path["tracker_type"],
                "conversation_to_link_id": ids["conversation"],
            },
        ],
        "enqueueCreateTicket": [
            {**new_ticket, "ticket_type_id": ids["ticket_type"]},
            {**new_ticket, "contacts": [{"id": contact}]},
        ],
        "updateTicket": [
            {"is_shared": False},
            {"ticket_attributes": {"Papers": [ids["file"]]}},
            {"ticket_attributes": {"Papers": ids["file"]}},
            {"ticket_state_id": ids["ticket_state"]},
            {"company_id": company},
            {"admin_id": admin, "assignee_id": path["admin"]},
            {"admin_id": path["admin"], "assignee_id": ids["colleague"]},
            {"admin_id": path["admin"], "assignee_id": ids["team"]},
        ],
        "replyTicket": [said | by_me, said | by_them, said | as_them],
        "changeTicketType": [
            {"ticket_type_id": ids["ticket_type"], "ticket_state_id": ids["ticket_state"]},
            {"ticket_type_id": path["ticket_type"], "ticket_state_id": ids["ticket_state"]},
        ],
        "linkConversationToTicket": [{"conversation_id": one["second"]} for one in (ids, path)],
        "convertConversationToTicket": [{"ticket_type_id": one["ticket_type"]} for one in (ids, path)],
        "searchTickets": [search("ticket_type_id", ids["ticket_type"]), search("title", mark)],
        "updateTicketType": [{"name": "taken"}],
        "createTicketTypeAttribute": [{"name": "taken", "description": "", "data_type": "string"}],
        "updateTicketTypeAttribute": [{"description": "taken"}],
        "createTicketState": [
            {
                "category": "resolved",
                "internal_label": "taken",
                "external_label": "taken",
                "ticket_type_ids": [ids["ticket_type"]],
            }
        ],
        "updateTicketState": [{"internal_label": "taken"}, {"ticket_type_ids": [ids["ticket_type"]]}],
        "inviteAdmin": [{"name": "taken", "email": "taken@example.com"}],
        "updateAdmin": [{"name": "taken"}],
        "setAwayAdmin": [
            {"away_mode_enabled": True, "away_mode_reassign": True},
            {"away_mode_enabled": True, "away_mode_reassign": True, "away_status_reason_id": int(ids["reason"])},
        ],
        "createTeam": [{"name": "taken", "admin_ids": [int(ids["colleague"])]}],
        "updateTeam": [{"name": "taken"}, {"admin_ids": [int(ids["colleague"])]}],
        "updateAwayStatusReason": [{"label": "taken"}],
        "searchActivityLogs": [{"created_at_after": 1}],
        "updateVisitor": [
            {"id": ids["visitor"], "name": "taken"},
            {"user_id": ids["visitor_user"], "name": "taken"},
        ],
        "convertVisitor": [
            {"type": "user", "visitor": {"id": ids["visitor"]}, "user": {"id": path["contact"]}},
            {"type": "user", "visitor": {"id": path["visitor"]}, "user": {"id": contact}},
        ],
        "createSegment": [{"name": "new", "person_type": "user", "rules": rule("name", "x")}],
        "createConversationAttribute": [
            {"name": "taken", "data_type": "list", "options": [{"label": "1"}, {"label": "2"}]}
        ],
        "createTicketType": [{"name": "new", "category": "Customer"}],
        "createVisitor": [{"name": "new", "custom_attributes": {}}],
        "createOrUpdateCompany": [{"company_id": "new", "plan": "gold"}],
        "createAwayStatusReason": [{"label": "new"}],
        "createSubscriptionType": [{"default_translation": {"name": "new"}, "state": "live"}],
        "createWebhook": [{"url": "https://new.example", "topics": ["ping"]}],
        "createDataAttribute": [{"name": "new", "model": "contact", "data_type": "string"}],
        "updateSegment": [{"name": "taken"}],
        "updateWebhook": [{"active": False}],
        "replayWebhook": [{"from": 1, "to": clock.seconds()}],
    }


def rule(field: str, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": "=", "value": value}


def search(field: str, value: Any) -> dict[str, Any]:
    return {"query": rule(field, value)}
