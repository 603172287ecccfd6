"""What clients send, read: the tree it becomes, and the problem that names what is wrong."""

from __future__ import annotations

import contextlib
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.core.attributes.definition import DATA_TYPES
from interlock.core.query import filter as filtering
from interlock.core.query.days import DateRules
from interlock.core.query.field import OPERATORS, STORED
from interlock.core.query.fields import fields_of
from interlock.core.query.match import matches
from interlock.core.query.parse import Search, parse
from interlock.core.query.predicate import And, Compare, Not, Or
from interlock.core.records.record import Record
from interlock.kit.problems import Problem
from tests.core.query.making import COMPANY, CONTACT, KINDS, ORDER, schema

_SCHEMA = schema(timezone="America/New_York")
_CONTACT = fields_of(_SCHEMA, CONTACT)
_BY_DAY = DateRules.of_contacts(_SCHEMA.workspace, preview=False)
_PREVIEW = DateRules.of_contacts(_SCHEMA.workspace, preview=True)
NOON = 1577898000  # 2020-01-01T12:00 in New York, 17:00 in UTC
DAY = 1577854800  # 2020-01-01T00:00 in New York


def filtered(field: Any, operator: Any, value: Any) -> dict[str, Any]:
    return {"field": field, "operator": operator, "value": value}


def read(query: Any, rules: DateRules = _BY_DAY, kind: str = CONTACT, **more: Any) -> Search:
    return parse({"query": query, **more}, _SCHEMA, kind, rules)


def problem(query: Any, rules: DateRules = _BY_DAY, kind: str = CONTACT, **more: Any) -> tuple[str, str | None, str]:
    with pytest.raises(Problem) as caught:
        read(query, rules, kind, **more)
    return caught.value.code, caught.value.field, caught.value.message


class TestTree:
    def test_one_filter_needs_no_group(self) -> None:
        assert read(filtered("name", "=", "Ann")).where == Compare(_CONTACT["name"], "eq", "Ann")

    def test_groups_nest_two_levels(self) -> None:
        one, two = filtered("name", "=", "a"), filtered("name", "~", "b")
        either = {"operator": "OR", "value": [one, two]}
        eq, contains = Compare(_CONTACT["name"], "eq", "a"), Compare(_CONTACT["name"], "contains", "b")
        query = {"operator": "AND", "value": [either, two]}
        assert read(query).where == And((Or((eq, contains)), contains))
        deeper = {"operator": "AND", "value": [query, one]}
        assert problem(deeper) == ("parameter_invalid", "query", "Queries may be nested at most 2 levels deep")

    def test_a_group_has_1_to_15_filters(self) -> None:
        one = filtered("name", "=", "a")
        assert isinstance(read({"operator": "OR", "value": [one] * 15}).where, Or)
        assert problem({"operator": "OR", "value": [one] * 16})[0] == "parameter_invalid"
        assert problem({"operator": "OR", "value": []})[0] == "parameter_invalid"
        assert problem({"operator": "OR", "value": one})[0] == "parameter_invalid"

    def test_negative_operators_and_null(self) -> None:
        name = _CONTACT["name"]
        assert read(filtered("name", "!=", "a")).where == Not(Compare(name, "eq", "a"))
        assert read(filtered("name", "!~", "a")).where == Not(Compare(name, "contains", "a"))
        assert read(filtered("name", "NIN", ["a"])).where == Not(Compare(name, "in", ("a",)))
        assert read(filtered("name", "=", None)).where == Compare(name, "missing")
        assert read(filtered("name", "!=", None)).where == Not(Compare(name, "missing"))
        assert problem(filtered("name", "~", None))[:2] == ("parameter_invalid", "name")

    @pytest.mark.parametrize("body", [None, [], "x", 5, {"query": []}, {"query": "x"}])
    def test_other_bodies(self, body: Any) -> None:
        with pytest.raises(Problem, match="must be an object"):
            parse(body, _SCHEMA, CONTACT, _BY_DAY)

    def test_without_a_query(self) -> None:
        assert problem(None) == ("parameter_not_found", "query", "query is required")


_DOCUMENTED = """
    id role name avatar owner_id email email_domain phone formatted_phone external_id created_at signed_up_at updated_at
    last_seen_at last_contacted_at last_replied_at last_email_opened_at last_email_clicked_at language_override browser
    browser_language os location.country location.region location.city unsubscribed_from_emails marked_email_as_spam
    has_hard_bounced ios_last_seen_at ios_app_version ios_device ios_app_device ios_os_version ios_app_name
    ios_sdk_version android_last_seen_at android_app_version android_device android_app_name andoid_sdk_version
    android_sdk_version segment_id tag_id
"""


class TestFields:
    def test_every_documented_field_of_contacts(self) -> None:
        assert not [name for name in _DOCUMENTED.split() if name not in _CONTACT]

    def test_every_documented_field_of_companies(self) -> None:
        fields = fields_of(_SCHEMA, COMPANY)
        documented = "company_id name created_at updated_at remote_created_at last_request_at monthly_spend"
        assert not [name for name in f"{documented} session_count user_count tag_id".split() if name not in fields]
        assert not {"plan.id", "plan.name", "segment_id"} & fields.keys()

    @pytest.mark.parametrize("name", ["x", "custom_attributes.x", "custom_attributes.old", "plan", "", None, 5, [], {}])
    def test_unknown_and_archived(self, name: Any) -> None:
        code, field, message = problem(filtered(name, "=", "a"))
        assert (code, field) == ("invalid_field", str(name))
        assert message == f"{name} is not a valid search field"

    def test_instances_know_attributes_by_bare_names_too(self) -> None:
        fields = fields_of(_SCHEMA, ORDER)
        assert fields["stock"] is fields["custom_attributes.stock"]
        assert {"id", "external_id", "external_created_at", "external_updated_at"} <= fields.keys()

    def test_a_changed_schema_has_other_fields(self) -> None:
        one, other = schema(), schema()
        fields = fields_of(one, CONTACT)
        assert fields_of(one, CONTACT) is fields
        assert fields_of(other, CONTACT) is not fields

    def test_every_type_is_read_and_stored(self) -> None:
        assert set(OPERATORS) == set(filtering.READ) == set(DATA_TYPES) == {*STORED, "reference"}


class TestOperators:
    @pytest.mark.parametrize(
        ("name", "refused"),
        [
            ("name", ["<", ">", "<=", ">=", "is", "", "and", None, 5, [], {}]),
            ("custom_attributes.stock", ["~", "!~", "^", "$"]),
            ("custom_attributes.total", ["~", "!~", "^", "$"]),
            ("custom_attributes.paid", ["~", "<", ">="]),
            ("custom_attributes.a", ["~", "<"]),
            ("tag_id", ["IN", "NIN", "~", "<"]),
            ("created_at", ["!=", ">=", "<=", "IN", "NIN", "~"]),
            ("custom_attributes.due_at", ["!=", ">=", "<=", "IN", "NIN", "~"]),
        ],
    )
    def test_not_for_this_type(self, name: str, refused: list[Any]) -> None:
        for operator in refused:
            code, field, message = problem(filtered(name, operator, "1"))
            assert (code, field) == ("invalid_operator", name)
            assert f"is not a valid operator for {name}. Must be one of: =, " in message

    def test_of_a_group(self) -> None:
        assert problem({"operator": "XOR", "value": []})[:2] == ("invalid_operator", "operator")
        assert problem({"operator": "=", "value": "a"})[:2] == ("parameter_not_found", "field")
        assert problem({})[:2] == ("parameter_not_found", "field")


class TestValues:
    @pytest.mark.parametrize(
        ("name", "sent", "typed"),
        [
            ("owner_id", "5", 5),
            ("owner_id", 5, 5),
            ("custom_attributes.stock", "-9223372036854775808", -(2**63)),
            ("custom_attributes.stock", 5.0, 5),
            ("custom_attributes.total", "4.5", 4.5),
            ("custom_attributes.total", 4, 4.0),
            ("custom_attributes.paid", "true", True),
            ("custom_attributes.paid", False, False),
            ("email", "Ann@Shop.Example", "ann@shop.example"),
            ("email_domain", "Shop.Example", "shop.example"),
            ("name", "Ann", "Ann"),
            ("role", "lead", "lead"),
        ],
    )
    def test_read(self, name: str, sent: Any, typed: Any) -> None:
        where = read(filtered(name, "=", sent)).where
        assert isinstance(where, Compare)
        assert (where.value, type(where.value)) == (typed, type(typed))
        assert read(filtered(name, "IN", [sent])).where == Compare(_CONTACT[name], "in", (typed,))

    @pytest.mark.parametrize(
        ("name", "bad"),
        [
            ("name", [5, True, 4.5, [], {}, ["a"], "a\0", "\ud800"]),
            ("custom_attributes.stock", ["x", "4.5", 4.5, True, 2**63, "9" * 19, "9" * 400, "1_0", "", " 5", "٣", [5]]),
            ("custom_attributes.total", ["x", True, "nan", "inf", "1e999", 10**400, "", "1_0", [4.5]]),
            ("custom_attributes.paid", ["yes", 1, 0, "", [True]]),
            ("created_at", ["foobar", "2020-01-01", 4.5, True, 1577898000000, {}]),
            ("custom_attributes.a", [5, True]),
        ],
    )
    def test_refused(self, name: str, bad: list[Any]) -> None:
        for value in bad:
            assert problem(filtered(name, "=", value))[:2] == ("parameter_invalid", name), value

    def test_lists_are_needed_for_in(self) -> None:
        assert problem(filtered("name", "IN", "a"))[:2] == ("parameter_invalid", "name")
        assert problem(filtered("name", "NIN", None))[:2] == ("parameter_invalid", "name")
        assert problem(filtered("name", "IN", ["a", None]))[:2] == ("parameter_invalid", "name")
        assert problem({"field": "name", "operator": "="})[:2] == ("parameter_not_found", "name")


class TestDates:
    def test_up_to_216_by_day_in_the_workspace_s_zone(self) -> None:
        for name in ("created_at", "custom_attributes.due_at"):
            field = _CONTACT[name]
            day = And((Compare(field, "ge", DAY), Compare(field, "lt", DAY + 86400)))
            assert read(filtered(name, "=", str(NOON))).where == day
            assert read(filtered(name, ">", NOON)).where == Compare(field, "ge", DAY + 86400)
            assert read(filtered(name, "<", NOON)).where == Compare(field, "lt", DAY)
            assert read(filtered(name, "=", None)).where == Compare(field, "missing")

    def test_preview_standard_timestamps_to_the_second_and_attributes_by_utc_day(self) -> None:
        for operator, op in (("=", "eq"), (">", "gt"), ("<", "lt"), (">=", "ge"), ("<=", "le")):
            where = read(filtered("created_at", operator, NOON), _PREVIEW).where
            assert where == Compare(_CONTACT["created_at"], op, NOON)  # type: ignore[arg-type]
        due = _CONTACT["custom_attributes.due_at"]
        day = And((Compare(due, "ge", 1577836800), Compare(due, "lt", 1577923200)))
        assert read(filtered(due.path, "=", NOON), _PREVIEW).where == day
        assert problem(filtered(due.path, ">=", NOON), _PREVIEW)[0] == "invalid_operator"

    def test_exact_everywhere_else(self) -> None:
        where = read(filtered("due_at", "IN", [NOON, "5"]), DateRules.exact(), ORDER).where
        assert where == Compare(fields_of(_SCHEMA, ORDER)["due_at"], "in", (NOON, 5))

    def test_beyond_the_calendar(self) -> None:
        assert problem(filtered("created_at", "=", -99_999_999_999))[:2] == ("parameter_invalid", "created_at")


class TestSortAndPages:
    ONE = filtered("name", "=", "a")

    def test_newest_first_by_default(self) -> None:
        found = read(self.ONE)
        assert (found.sort, found.per_page, found.starting_after) == ((_CONTACT["id"], True), 50, None)
        assert read(self.ONE, kind=COMPANY).per_page == 15

    def test_chosen(self) -> None:
        found = read(self.ONE, sort={"field": "created_at", "order": "ascending"}, pagination={"per_page": 5})
        assert (found.sort, found.per_page) == ((_CONTACT["created_at"], False), 5)
        assert read(self.ONE, sort={"field": "name"}).sort == (_CONTACT["name"], True)

    def test_refused_orders(self) -> None:
        message = "Invalid sort order 'desc'. Must be one of: ascending, descending"
        refused = problem(self.ONE, sort={"field": "name", "order": "desc"})
        assert refused == ("invalid_sort_order", "sort.order", message)
        for name in ("x", "tag_id", "segment_id", "custom_attributes.a", 5, []):
            assert problem(self.ONE, sort={"field": name})[0] == "invalid_field"
        assert problem(self.ONE, sort="name")[:2] == ("parameter_invalid", "sort")

    def test_sizes_of_pages(self) -> None:
        for good, size in ((1, 1), (150, 150), ("20", 20), (None, 50)):
            assert read(self.ONE, pagination={"per_page": good, "starting_after": None}).per_page == size
        for bad in (0, 151, -1, "x", 4.5, True, [], 2**70, ""):
            assert problem(self.ONE, pagination={"per_page": bad})[:2] == ("parameter_invalid", "per_page")
        assert problem(self.ONE, pagination=5)[:2] == ("parameter_invalid", "pagination")
        assert problem(self.ONE, pagination={"starting_after": 5})[0] == "client_error"


def test_negative_operators_find_records_without_a_value() -> None:
    empty = Record(CONTACT, "c1", {"name": None}, {})
    for one in (filtered("name", "!=", "a"), filtered("name", "!~", "a"), filtered("name", "NIN", ["a"])):
        where = read(one).where
        assert where is not None
        assert matches(where, empty)
    where = read(filtered("tag_id", "!=", "1")).where
    assert where is not None
    assert matches(where, empty)


_scalars = st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5)
_values = st.recursive(_scalars, lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner))
_filters = st.fixed_dictionaries(
    {},
    optional={
        "field": st.sampled_from(sorted(_CONTACT)) | _values,
        "operator": st.sampled_from(["=", "!=", "IN", "NIN", ">", "<", ">=", "<=", "~", "!~", "^", "$"]) | _values,
        "value": _values,
    },
)
_queries = st.recursive(
    _filters | _values,
    lambda inner: st.fixed_dictionaries(
        {"operator": st.sampled_from(["AND", "OR"]), "value": st.lists(inner, max_size=3) | inner}
    ),
)


@given(query=_queries, sort=_values, pagination=_values, kind=st.sampled_from(KINDS), preview=st.booleans())
def test_anything_is_a_search_or_a_problem(query: Any, sort: Any, pagination: Any, kind: str, preview: bool) -> None:
    body = {"query": query, "sort": sort, "pagination": pagination}
    with contextlib.suppress(Problem):
        found = parse(body, _SCHEMA, kind, _PREVIEW if preview else _BY_DAY)
        assert 1 <= found.per_page <= 150
