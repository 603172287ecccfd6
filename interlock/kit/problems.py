"""The vocabulary of what can go wrong, before any edge has dressed it.

A problem has a *meaning* (what kind of wrong it is), a stable *code* (the word that clients switch on), a
sentence, and the *field* at fault where there is one. The REST edge turns the meaning into a status
(`rest/errors.py`); a CSV import turns a problem into a line of its report; the Messenger into nothing at all.
"""

from __future__ import annotations

from enum import Enum


class Meaning(Enum):
    """What kind of wrong a problem is. Every edge must know what each of these becomes."""

    INVALID = "invalid"  # the request cannot be understood or breaks a rule
    UNPROCESSABLE = "unprocessable"  # understood, but the state of things does not allow it
    UNAUTHENTICATED = "unauthenticated"  # who is asking?
    FORBIDDEN = "forbidden"  # known, and not allowed
    NOT_FOUND = "not_found"
    NOT_ALLOWED = "not_allowed"  # the path exists, this method on it does not
    NOT_ACCEPTABLE = "not_acceptable"
    CONFLICT = "conflict"  # somebody else has it, or it has changed meanwhile
    GONE = "gone"  # it was here, and moved or merged
    TOO_LARGE = "too_large"
    UNSUPPORTED_MEDIA = "unsupported_media"
    TOO_MANY = "too_many"  # of requests in a time
    UNAVAILABLE = "unavailable"  # try again later
    INTERNAL = "internal"  # our fault


CODES: dict[str, Meaning] = {
    "parameter_invalid": Meaning.INVALID,
    "parameter_not_found": Meaning.INVALID,
    "type_mismatch": Meaning.INVALID,
    "bad_request": Meaning.INVALID,
    "client_error": Meaning.INVALID,
    "invalid_field": Meaning.INVALID,
    "invalid_operator": Meaning.INVALID,
    "invalid_sort_order": Meaning.INVALID,
    "invalid_merge": Meaning.INVALID,
    "intercom_version_invalid": Meaning.INVALID,
    "custom_data_limit_reached": Meaning.INVALID,
    "object_type_limit_reached": Meaning.INVALID,
    "object_instance_limit_reached": Meaning.INVALID,
    "contact_company_limit_exceeded": Meaning.INVALID,
    "scroll_exists": Meaning.INVALID,
    "not_restorable": Meaning.INVALID,
    "parameter_mismatch": Meaning.INVALID,
    "tag_has_dependent_objects": Meaning.INVALID,
    "ticket_state_id_invalid": Meaning.INVALID,
    "invalid_ticket_type": Meaning.INVALID,
    "already_linked_to_tracker": Meaning.INVALID,
    "linked_conversation_limit_exceeded": Meaning.INVALID,
    "conversation_part_not_redactable": Meaning.INVALID,
    "away_status_reason_mandatory": Meaning.INVALID,
    "data_event_type_limit_reached": Meaning.INVALID,
    "data_invalid": Meaning.UNPROCESSABLE,
    "merge_failed": Meaning.UNPROCESSABLE,
    "unauthorized": Meaning.UNAUTHENTICATED,
    "forbidden": Meaning.FORBIDDEN,
    "action_forbidden": Meaning.FORBIDDEN,
    "not_found": Meaning.NOT_FOUND,
    "company_not_found": Meaning.NOT_FOUND,
    "admin_not_found": Meaning.NOT_FOUND,
    "field_not_found": Meaning.NOT_FOUND,
    "team_not_found": Meaning.NOT_FOUND,
    "tag_not_found": Meaning.NOT_FOUND,
    "ticket_not_found": Meaning.NOT_FOUND,
    "job_not_found": Meaning.NOT_FOUND,
    "assignee_not_found": Meaning.NOT_FOUND,
    "conversation_not_found": Meaning.NOT_FOUND,
    "conversation_attribute_not_found": Meaning.NOT_FOUND,
    "conversation_part_or_message_not_found": Meaning.NOT_FOUND,
    "method_not_allowed": Meaning.NOT_ALLOWED,
    "media_type_not_acceptable": Meaning.NOT_ACCEPTABLE,
    "unsupported_media_type": Meaning.UNSUPPORTED_MEDIA,
    "conflict": Meaning.CONFLICT,
    "plan_out_of_date": Meaning.CONFLICT,
    "contact_merged": Meaning.GONE,
    "change_cursor_expired": Meaning.GONE,
    "request_too_large": Meaning.TOO_LARGE,
    "rate_limit_exceeded": Meaning.TOO_MANY,
    "service_unavailable": Meaning.UNAVAILABLE,
    "server_error": Meaning.INTERNAL,
}
"""Every code, with the meaning that it has unless a place says otherwise. A code that is not here cannot be raised."""


class Problem(Exception):
    """Something is wrong.

    `field` names the place in the input, in the words of the API (`custom_attributes.total`).
    `meaning` overrides the usual one of the code, since the same code has another status at some endpoints.
    `headers` go onto a REST answer (`Link` of a merged contact, `Retry-After`).
    """

    def __init__(
        self,
        code: str,
        message: str,
        field: str | None = None,
        *,
        meaning: Meaning | None = None,
        headers: dict[str, str] | None = None,
    ) -> None:
        super().__init__(message)
        self.code = code
        self.message = message
        self.field = field
        self.meaning = meaning or CODES[code]
        self.headers = headers or {}

    def __repr__(self) -> str:
        return f"Problem({self.code!r}, {self.message!r}, {self.field!r})"


def invalid(message: str, field: str | None = None) -> Problem:
    """The commonest problem: 400 `parameter_invalid`."""
    return Problem("parameter_invalid", message, field)


def missing(message: str, field: str | None = None) -> Problem:
    """A required input is not there: 400 `parameter_not_found`."""
    return Problem("parameter_not_found", message, field)


def not_found(message: str = "Resource Not Found") -> Problem:
    return Problem("not_found", message)
