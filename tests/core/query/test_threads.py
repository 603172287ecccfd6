"""Searching conversations and tickets: the words of the language, and what they mean."""

from __future__ import annotations

from typing import Any

import pytest

from interlock.core.query.days import DateRules
from interlock.core.query.fields import fields_of
from interlock.core.query.match import matches
from interlock.core.query.parse import parse
from interlock.core.records.record import Record
from interlock.kit.problems import Problem
from interlock.kit.words import html_text, one_word, words
from tests.core.query.making import CONVERSATION, TICKET, schema

_SCHEMA = schema(search_levels=2)

_CONVERSATION = """
    id created_at updated_at source.type source.id source.delivered_as source.subject source.body source.url
    source.author.id source.author.type source.author.name source.author.email contact_ids teammate_ids
    admin_assignee_id team_assignee_id channel_initiated open read state waiting_since snoozed_until tag_ids priority
    statistics.time_to_assignment statistics.time_to_admin_reply statistics.time_to_first_close
    statistics.time_to_last_close statistics.median_time_to_reply statistics.first_contact_reply_at
    statistics.first_assignment_at statistics.first_admin_reply_at statistics.first_close_at
    statistics.last_assignment_at statistics.last_assignment_admin_reply_at statistics.last_contact_reply_at
    statistics.last_admin_reply_at statistics.last_close_at statistics.last_closed_by_id statistics.count_reopens
    statistics.count_assignments statistics.count_conversation_parts conversation_rating.requested_at
    conversation_rating.replied_at conversation_rating.score conversation_rating.remark
    conversation_rating.contact_id conversation_rating.admin_d ai_agent_participated ai_agent.resolution_state
    ai_agent.last_answer_type ai_agent.rating ai_agent.rating_remark ai_agent.source_type ai_agent.source_title
"""
_TICKET = """
    id created_at updated_at title description category ticket_type_id contact_ids teammate_ids admin_assignee_id
    team_assignee_id open state snoozed_until
"""


def conversation(details: dict[str, Any] | None = None, **fields: Any) -> Record:
    return Record(CONVERSATION, "1", fields, {}, details or {})


def finds(kind: str, record: Record, name: str, operator: str, value: Any) -> bool:
    body = {"query": {"field": name, "operator": operator, "value": value}}
    where = parse(body, _SCHEMA, kind, DateRules.of_threads()).where
    assert where is not None
    return matches(where, record)


@pytest.mark.parametrize(("kind", "documented"), [(CONVERSATION, _CONVERSATION), (TICKET, _TICKET)])
def test_every_documented_field(kind: str, documented: str) -> None:
    assert not [name for name in documented.split() if name not in fields_of(_SCHEMA, kind)]


def test_pages_have_twenty_and_the_newest_comes_first() -> None:
    body = {"query": {"field": "open", "operator": "=", "value": True}}
    found = parse(body, _SCHEMA, CONVERSATION, DateRules.of_threads())
    assert (found.per_page, found.sort[0].path, found.sort[1]) == (20, "id", True)


def test_dates_compare_to_the_second_and_include_it() -> None:
    record = conversation(created_at=1000)
    for operator, value, found in [
        (">", 1000, True),
        (">", "1000", True),
        (">", 1001, False),
        ("<", 1000, True),
        ("<", 999, False),
        ("=", "1000", True),
        ("!=", 1000, False),
        ("IN", ["1000"], True),
    ]:
        assert finds(CONVERSATION, record, "created_at", operator, value) is found


def test_numbers_are_greater_as_everywhere() -> None:
    record = conversation({"statistics.count_reopens": 1})
    assert not finds(CONVERSATION, record, "statistics.count_reopens", ">", 1)
    assert finds(CONVERSATION, record, "statistics.count_reopens", ">=", 1)


def test_what_has_not_happened_yet() -> None:
    assert finds(CONVERSATION, conversation(), "statistics.count_reopens", "=", 0)
    assert finds(CONVERSATION, conversation(), "ai_agent_participated", "=", False)
    assert not finds(CONVERSATION, conversation(), "statistics.time_to_assignment", "=", 0)


def test_nobody_is_assigned_0() -> None:
    nobody, somebody = conversation(admin_assignee_id=None), conversation(admin_assignee_id=5)
    for operator, value, of_nobody, of_somebody in [
        ("=", 0, True, False),
        ("=", "0", True, False),
        ("=", None, True, False),
        ("!=", 0, False, True),
        ("=", "5", False, True),
        ("IN", [0, 5], True, True),
        ("NIN", [0, 6], False, True),
    ]:
        assert finds(CONVERSATION, nobody, "admin_assignee_id", operator, value) is of_nobody
        assert finds(CONVERSATION, somebody, "admin_assignee_id", operator, value) is of_somebody


@pytest.mark.parametrize("name", ["contact_ids", "teammate_ids", "tag_ids"])
def test_ids_of_many(name: str) -> None:
    record = conversation()
    record.links = {"\0contact": {"7"}, "\0admin": {"7"}, "\0tags": {"7"}}
    for value in ("7", 7):
        assert finds(CONVERSATION, record, name, "=", value)
    assert finds(CONVERSATION, record, name, "IN", ["1", "7"])
    assert finds(CONVERSATION, record, name, "NIN", ["1"])
    assert not finds(CONVERSATION, record, name, "=", None)
    with pytest.raises(Problem, match="not a valid operator"):
        finds(CONVERSATION, record, name, "~", "7")


class TestWordsOfTheBody:
    BODY = "<p>I need <b>Sup</b>port &amp; help,</p><p>e-mail me: a@b.example</p>"

    @pytest.mark.parametrize(
        ("operator", "value", "found"),
        [
            ("=", "support", True),
            ("=", "SUPPORT", True),
            ("=", "supp", False),
            ("=", "need support", False),
            ("=", "help", True),
            ("=", "e-mail", True),
            ("=", "a@b.example", True),
            ("=", "amp", False),
            ("=", "", False),
            ("=", "&", False),
            ("!=", "support", False),
            ("IN", ["x", "help"], True),
            ("IN", [], False),
            ("NIN", ["x"], True),
            ("~", "need Support & he", True),
            ("~", "<b>", False),
            ("!~", "bye", True),
        ],
    )
    def test_found(self, operator: str, value: Any, found: bool) -> None:
        assert finds(CONVERSATION, conversation(source_body=self.BODY), "source.body", operator, value) is found

    def test_the_text_of_html(self) -> None:
        assert html_text("<p>a</p>\n<p>&lt;b&gt;&nbsp;&amp;lt;</p>") == " a \n <b> &lt; "
        assert words("Ünï x_1,y").split() == ["Ünï", "x_1", "y"]
        assert one_word(" Don't ") == " don t "
        assert one_word("two words") is None


class TestTicketAttributes:
    RECORD = Record(TICKET, "1", {}, {}, {"attribute:7": "red", "attribute:8": 4.5, "attribute:9": True})

    @pytest.mark.parametrize(
        ("id", "operator", "value", "found"),
        [
            ("7", "=", "red", True),
            ("7", "~", "RE", True),
            ("7", "=", 5, False),
            ("7", "!=", None, True),
            ("8", ">", 4, True),
            ("8", ">", "4", True),
            ("8", "=", 4.5, True),
            ("8", "IN", [1, 4.5], True),
            ("8", "=", None, False),
            ("9", "=", True, True),
            ("9", "=", False, False),
            ("none", "=", None, True),
            ("none", "!=", "x", True),
        ],
    )
    def test_compare_by_the_type_of_the_value(self, id: str, operator: str, value: Any, found: bool) -> None:
        assert finds(TICKET, self.RECORD, f"ticket_attribute.{id}", operator, value) is found

    @pytest.mark.parametrize(
        ("name", "operator", "value", "code"),
        [
            ("ticket_attribute.", "=", "x", "invalid_field"),
            ("ticket_attribute." + "9" * 10_000, "=", "x", "invalid_field"),
            ("ticket_attribute.7\0", "=", "x", "invalid_field"),
            ("ticket_attribute.7", "~", 5, "invalid_operator"),
            ("ticket_attribute.7", ">", "x", "parameter_invalid"),
            ("ticket_attribute.7", "=", ["x"], "parameter_invalid"),
            ("ticket_attribute.7", "=", {}, "parameter_invalid"),
            ("ticket_attribute.7", "IN", ["x", 5], "parameter_invalid"),
        ],
    )
    def test_what_is_wrong(self, name: str, operator: str, value: Any, code: str) -> None:
        with pytest.raises(Problem) as caught:
            finds(TICKET, self.RECORD, name, operator, value)
        assert caught.value.code == code

    def test_conversations_have_none(self) -> None:
        with pytest.raises(Problem, match="not a valid search field"):
            finds(CONVERSATION, conversation(), "ticket_attribute.7", "=", "x")
