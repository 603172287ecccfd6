"""What reports say of a conversation, kept up to date with each thing that happens in it.

Each number stands in the conversation's `details` under its full name in the description (`statistics.count_reopens`),
so that search reads it there. Beside them stand a few notes for the next time: `reply_seconds` (how long contacts
waited, for the median), `awaiting_team` (the team whose first answer is still to come), `active_since`.

Decided here, since the description says it only roughly:

* Durations count from the contact's first message, or from the beginning where the contact has said nothing yet; there
  are no office hours, so both lists of the teams' first answers are the same.
* A contact's message is what the contact writes, an admin's reply a comment or a quick reply: notes are none.
* `handling_time` goes from the first assignment to the last close, `adjusted_handling_time` leaves out the time in
  which the conversation was snoozed, closed or paused.
* The message that a conversation begins with is counted among its parts.
"""

from __future__ import annotations

import statistics
from typing import Any

from interlock.core.records.record import Record
from interlock.kit import limits

PREFIX = "statistics."
_TEAM_TIMES = 100  # answers of teams that are kept: the newest
_BEGIN = len(PREFIX)
_NOTHING: dict[str, Any] = {
    **dict.fromkeys(("count_reopens", "count_assignments", "count_conversation_parts"), 0),
    "assigned_team_first_response_time": None,
}


def shown(record: Record) -> dict[str, Any]:
    """What is known, by the names of the description."""
    known = _NOTHING.copy()
    for name, value in record.details.items():
        if name.startswith(PREFIX):
            known[name[_BEGIN:]] = value
    times = known["assigned_team_first_response_time"] or []  # never the list that all share
    known["assigned_team_first_response_time"] = known["assigned_team_first_response_time_in_office_hours"] = times
    return known


def contact_wrote(record: Record, at: int) -> None:
    _first(record, "first_contact_reply_at", at)
    _last(record, "last_contact_reply_at", at)


def admin_replied(record: Record, at: int) -> None:
    """Before `waiting_since` is cleared."""
    waiting_since = record.fields["waiting_since"]
    if waiting_since is not None:
        times = [*record.details.get("reply_seconds", ()), max(at - waiting_since, 0)][-limits.REPLY_TIMES :]
        record.details["reply_seconds"] = times
        _set(record, "median_time_to_reply", int(statistics.median(times)))
    if _of(record, "first_contact_reply_at") is not None and _of(record, "first_admin_reply_at") is None:
        _set(record, "first_admin_reply_at", at)
        _set(record, "time_to_admin_reply", _since_beginning(record, at))
    assigned_at = _of(record, "last_assignment_at")
    if assigned_at is not None and (_of(record, "last_assignment_admin_reply_at") or -1) < assigned_at:
        _set(record, "last_assignment_admin_reply_at", at)
    _last(record, "last_admin_reply_at", at)
    team = record.details.pop("awaiting_team", None)
    if team is not None:
        answer = {"team_id": team["id"], "team_name": team["name"], "response_time": max(at - team["since"], 0)}
        known = _of(record, "assigned_team_first_response_time") or []
        _set(record, "assigned_team_first_response_time", [*known, answer][-_TEAM_TIMES:])


def assigned(record: Record, at: int, team: tuple[int, str] | None) -> None:
    """Somebody or (`team`: id and name) a team has it now."""
    _count(record, "count_assignments")
    _first(record, "first_assignment_at", at)
    _set(record, "last_assignment_at", at)
    if _of(record, "first_admin_reply_at") is None:
        _set(record, "time_to_assignment", _since_beginning(record, at))
    if team is not None:
        record.details["awaiting_team"] = {"id": team[0], "name": team[1], "since": at}


def closed(record: Record, at: int, admin_id: str | None) -> None:
    _first(record, "first_close_at", at)
    _first(record, "time_to_first_close", _since_beginning(record, at))
    _set(record, "last_close_at", at)
    _set(record, "time_to_last_close", _since_beginning(record, at))
    if admin_id is not None:
        _set(record, "last_closed_by_id", admin_id)
    assigned_at = _of(record, "first_assignment_at")
    if assigned_at is not None:
        _set(record, "handling_time", max(at - assigned_at, 0))


def reopened(record: Record) -> None:
    _count(record, "count_reopens")


def parts_added(record: Record, number: int) -> None:
    _count(record, "count_conversation_parts", number)


def work_goes_on(record: Record, at: int) -> None:
    """A teammate is at it from now on, if nobody was."""
    record.details.setdefault("active_since", at)


def work_stops(record: Record, at: int) -> None:
    since = record.details.pop("active_since", None)
    if since is not None:
        _set(record, "adjusted_handling_time", (_of(record, "adjusted_handling_time") or 0) + max(at - since, 0))


def _since_beginning(record: Record, at: int) -> int:
    return max(at - (_of(record, "first_contact_reply_at") or record.fields["created_at"]), 0)


def _of(record: Record, name: str) -> Any:
    return record.details.get(PREFIX + name)


def _set(record: Record, name: str, value: Any) -> None:
    record.details[PREFIX + name] = value


def _first(record: Record, name: str, value: Any) -> None:
    record.details.setdefault(PREFIX + name, value)


def _last(record: Record, name: str, at: int) -> None:
    """Who writes history later does not undo what has happened since."""
    _set(record, name, max(at, _of(record, name) or at))


def _count(record: Record, name: str, by: int = 1) -> None:
    record.details[PREFIX + name] = record.details.get(PREFIX + name, 0) + by
