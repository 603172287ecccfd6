"""What can be searched in conversations and tickets. Source: reference/api_conventions.md 4, description 2.16.

Besides what is listed there: `title` of conversations and tickets, `title` being what teammates look for, and
`conversation_rating.admin_id` beside `conversation_rating.admin_d`, which is how Intercom's reference spells it.

* `admin_assignee_id` and `team_assignee_id`: 0 means that there is none, as in the answers; so does null.
* `source.body` is compared with the text of the HTML: `=` finds one word of it, whatever its case (a value of several
  words finds nothing, as Intercom's reference says), `~`, `^` and `$` any piece of the text.
* Numbers that count something are 0, and `ai_agent_participated` is false, where nothing has happened yet.
* Every id is accepted in `ticket_attribute.{id}`: the attributes belong to ticket types, which a search knows nothing
  of. A value in the search that is text compares with text, a number with numbers and dates, a boolean with booleans.
"""

from __future__ import annotations

from typing import Any

from interlock.core.attributes.definition import (
    BOOLEAN,
    CONVERSATION,
    DATETIME,
    DECIMAL,
    INTEGER,
    REFERENCE,
    STRING,
    TICKET,
)
from interlock.core.query.field import (
    EQUALITY,
    OPERATORS,
    TEXT_OPERATORS,
    Column,
    Detail,
    Field,
    Html,
    Participants,
    Tagged,
    columns,
    details,
    renamed,
    same,
)
from interlock.kit import limits


def _assignee(name: str) -> Field:
    return Field(name, INTEGER, Column(name), OPERATORS[INTEGER], zero_is_none=True)


def _people() -> dict[str, Field]:
    return {
        "contact_ids": Field("contact_ids", REFERENCE, Participants("contact"), EQUALITY),
        "teammate_ids": Field("teammate_ids", REFERENCE, Participants("admin"), EQUALITY),
        "admin_assignee_id": _assignee("admin_assignee_id"),
        "team_assignee_id": _assignee("team_assignee_id"),
    }


CONVERSATION_FIELDS: dict[str, Field] = {
    **columns(STRING, "id", "title", "state", "priority", "channel_initiated"),
    **columns(DATETIME, "created_at", "updated_at", "waiting_since", "snoozed_until"),
    **columns(BOOLEAN, "open", "read"),
    **_people(),
    "tag_ids": Field("tag_ids", REFERENCE, Tagged(CONVERSATION), EQUALITY),
    **renamed(
        STRING,
        {
            **{f"source.{name}": f"source_{name}" for name in ("type", "id", "delivered_as", "subject", "url")},
            **{f"source.author.{name}": f"source_author_{name}" for name in ("id", "type", "name", "email")},
        },
    ),
    "source.body": Field("source.body", STRING, Html("source_body"), TEXT_OPERATORS),
    **details(
        INTEGER,
        same(
            *("statistics.time_to_assignment", "statistics.time_to_admin_reply", "statistics.time_to_first_close"),
            *("statistics.time_to_last_close", "statistics.median_time_to_reply"),
            *("statistics.handling_time", "statistics.adjusted_handling_time"),
            *("conversation_rating.score", "ai_agent.rating"),
        ),
    ),
    **details(
        INTEGER,
        same("statistics.count_reopens", "statistics.count_assignments", "statistics.count_conversation_parts"),
        default=0,
    ),
    **details(
        DATETIME,
        same(
            *("statistics.first_contact_reply_at", "statistics.first_assignment_at"),
            *("statistics.first_admin_reply_at", "statistics.first_close_at", "statistics.last_assignment_at"),
            *("statistics.last_assignment_admin_reply_at", "statistics.last_contact_reply_at"),
            *("statistics.last_admin_reply_at", "statistics.last_close_at"),
            *("conversation_rating.requested_at", "conversation_rating.replied_at"),
        ),
    ),
    **details(
        STRING,
        {
            **same("statistics.last_closed_by_id", "conversation_rating.remark", "conversation_rating.contact_id"),
            **same("conversation_rating.admin_id", "ai_agent.resolution_state", "ai_agent.last_answer_type"),
            **same("ai_agent.rating_remark", "ai_agent.source_type", "ai_agent.source_title"),
            "conversation_rating.admin_d": "conversation_rating.admin_id",
        },
    ),
    **details(BOOLEAN, same("ai_agent_participated"), default=False),
}

TICKET_FIELDS: dict[str, Field] = {
    **columns(STRING, "id", "title", "description", "category", "state", "ticket_type_id"),
    **columns(DATETIME, "created_at", "updated_at", "snoozed_until"),
    **columns(BOOLEAN, "open"),
    **_people(),
    "tag_ids": Field("tag_ids", REFERENCE, Tagged(TICKET), EQUALITY),
}

# --- attributes of ticket types

_TICKET_ATTRIBUTE = "ticket_attribute."
_DETAIL = "attribute:"
_ANY_OPERATOR = tuple(dict.fromkeys((*OPERATORS[STRING], *OPERATORS[DECIMAL])))
VALUE_TYPES = (STRING, DECIMAL, BOOLEAN)
"""The types that values of ticket attributes are compared as."""


def ticket_attribute(path: str, operator: Any, value: Any) -> Field | None:
    """The field of an attribute of a ticket type, of the type of the value that it is to be compared with.

    Text that is compared by order is a number or a date: dates may be sent as text.
    """
    id = path.removeprefix(_TICKET_ATTRIBUTE)
    if id == path or not id or "\0" in id or len(id) > limits.NAME_CHARS:
        return None
    one = value[0] if isinstance(value, list) and value else value
    if isinstance(one, bool):
        data_type = BOOLEAN
    elif isinstance(one, int | float) or (isinstance(one, str) and operator in (">", "<", ">=", "<=")):
        data_type = DECIMAL
    else:
        data_type = STRING
    operators = _ANY_OPERATOR if value is None else OPERATORS[data_type]
    return Field(path, data_type, Detail(_DETAIL + id), operators)


def is_ticket_attribute(field: Field) -> bool:
    return isinstance(field.place, Detail) and field.place.key.startswith(_DETAIL)


def as_each_type(field: Field) -> list[Field]:
    """The fields that have a value if a ticket attribute has any."""
    return [Field(field.path, one, field.place, field.operators) for one in VALUE_TYPES]
