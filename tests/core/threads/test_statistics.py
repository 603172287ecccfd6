"""What reports say of a conversation, as one goes through a day of it."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.attributes.definition import CONVERSATION
from interlock.core.records.record import Record
from interlock.core.records.store import CONVERSATIONS
from interlock.core.threads import statistics


@pytest.fixture
def record() -> Record:
    fields: dict[str, Any] = {**dict.fromkeys(CONVERSATIONS.field_names), "created_at": 1000, "waiting_since": 1000}
    one = Record(CONVERSATION, "1", fields, {})
    statistics.contact_wrote(one, 1000)
    return one


def test_durations_count_from_the_first_message(record: Record) -> None:
    statistics.assigned(record, 1060, None)
    statistics.admin_replied(record, 1100)
    statistics.closed(record, 1200, "7")
    shown = statistics.shown(record)
    assert (shown["time_to_assignment"], shown["time_to_admin_reply"], shown["time_to_first_close"]) == (60, 100, 200)
    assert (shown["first_assignment_at"], shown["first_admin_reply_at"], shown["first_close_at"]) == (1060, 1100, 1200)
    assert (shown["handling_time"], shown["last_closed_by_id"]) == (140, "7")


def test_the_time_to_assignment_ends_with_the_first_answer(record: Record) -> None:
    statistics.assigned(record, 1010, None)
    statistics.assigned(record, 1020, None)
    statistics.admin_replied(record, 1030)
    statistics.assigned(record, 1040, None)
    shown = statistics.shown(record)
    assert (shown["time_to_assignment"], shown["count_assignments"]) == (20, 3)
    assert (shown["first_assignment_at"], shown["last_assignment_at"]) == (1010, 1040)
    assert shown["last_assignment_admin_reply_at"] == 1030
    statistics.admin_replied(record, 1050)
    assert statistics.shown(record)["last_assignment_admin_reply_at"] == 1050
    statistics.admin_replied(record, 1060)
    assert statistics.shown(record)["last_assignment_admin_reply_at"] == 1050


def test_the_median_is_of_what_contacts_waited(record: Record) -> None:
    for waiting_since, at in ((1000, 1010), (2000, 2100), (3000, 3030)):
        record.fields["waiting_since"] = waiting_since
        statistics.admin_replied(record, at)
        record.fields["waiting_since"] = None
        statistics.admin_replied(record, at + 1)
    assert statistics.shown(record)["median_time_to_reply"] == 30


def test_a_team_is_timed_until_its_first_answer(record: Record) -> None:
    statistics.assigned(record, 1010, (5, "Support"))
    statistics.admin_replied(record, 1050)
    statistics.admin_replied(record, 1060)
    times = statistics.shown(record)["assigned_team_first_response_time"]
    assert times == [{"team_id": 5, "team_name": "Support", "response_time": 40}]
    assert statistics.shown(record)["assigned_team_first_response_time_in_office_hours"] == times


def test_idle_time_is_left_out_of_the_adjusted_handling_time(record: Record) -> None:
    statistics.work_goes_on(record, 1000)
    statistics.work_goes_on(record, 1005)
    statistics.work_stops(record, 1010)
    statistics.work_stops(record, 1500)
    statistics.work_goes_on(record, 2000)
    statistics.work_stops(record, 2030)
    assert statistics.shown(record)["adjusted_handling_time"] == 40


def test_clocks_that_go_back_make_no_negative_durations(record: Record) -> None:
    statistics.admin_replied(record, 500)
    statistics.closed(record, 400, None)
    shown = statistics.shown(record)
    assert (shown["time_to_admin_reply"], shown["time_to_last_close"], shown["median_time_to_reply"]) == (0, 0, 0)
    assert "last_closed_by_id" not in shown
