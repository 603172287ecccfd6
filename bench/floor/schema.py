"""The floor's tables: one typed column for each attribute, and the indexes that these requests want."""

from __future__ import annotations

from bench.shop import ORDER_ATTRIBUTES, PERSON_ATTRIBUTES

_TYPES = {
    "string": "text",
    "list": "text",
    "integer": "bigint",
    "datetime": "bigint",
    "boolean": "boolean",
    "decimal": "double precision",
}

PERSON_STANDARD = (
    "id text primary key",
    "external_id text",
    "role text not null",
    "email text",
    "name text",
    "created_at bigint not null",
    "updated_at bigint not null",
    "phone text",
    "owner_id bigint",
    "avatar text",
    "signed_up_at bigint",
    "last_seen_at bigint",
    "last_replied_at bigint",
    "last_contacted_at bigint",
    "last_email_opened_at bigint",
    "last_email_clicked_at bigint",
    "language_override text",
    "browser text",
    "os text",
    "location text",
    "unsubscribed_from_emails boolean not null",
    "has_hard_bounced boolean not null",
    "marked_email_as_spam boolean not null",
)
ORDER_STANDARD = (
    "id text primary key",
    "external_id text not null",
    "external_created_at bigint",
    "external_updated_at bigint",
    "created_at bigint not null",
    "updated_at bigint not null",
)


def _names(columns: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(column.split()[0] for column in columns)


def _table(name: str, *columns: str) -> str:
    return f"create table {name} ({', '.join(columns)})"


PERSON_CUSTOM = tuple(name for name, _ in PERSON_ATTRIBUTES)
ORDER_CUSTOM = tuple(name for name, _ in ORDER_ATTRIBUTES)
PERSON_COLUMNS = _names(PERSON_STANDARD) + PERSON_CUSTOM
ORDER_COLUMNS = _names(ORDER_STANDARD) + ORDER_CUSTOM + ("person_id",)

TABLES = (
    _table("people", *PERSON_STANDARD, *(f"{name} {_TYPES[kind]}" for name, kind in PERSON_ATTRIBUTES)),
    _table("orders", *ORDER_STANDARD, *(f"{name} {_TYPES[kind]}" for name, kind in ORDER_ATTRIBUTES), "person_id text"),
)
INDEXES = (
    "create unique index people_external_id on people (external_id)",
    "create index people_city on people (city, seats, id)",
    "create unique index orders_external_id on orders (external_id)",
    "create index orders_person on orders (person_id, id)",
)

# --- what the floor asks; `{n}` is the n-th parameter

SHOWN_OF_PERSON = ("external_id", "role", "email", "name")
_ORDER = ", ".join(f"o.{name}" for name in ORDER_COLUMNS)
_PERSON = ", ".join(f"p.{name}" for name in SHOWN_OF_PERSON)
_JOIN = "left join people p on p.id = o.person_id"
_SEARCHED = "from people where city = {1} and seats > {2} and seats <= {3}"

FETCH = f"select {_ORDER}, {_PERSON} from orders o {_JOIN} where o.id = {{1}}"
LIST = (
    f"select {_ORDER}, {_PERSON}, (select count(*) from orders where person_id = {{1}}) from orders o {_JOIN}"
    " where o.person_id = {1} order by o.id desc limit {2}"
)
SEARCH = f"select {', '.join(PERSON_COLUMNS)} {_SEARCHED} order by id desc limit {{4}}"
COUNT = f"select count(*) {_SEARCHED}"
UPSERT = (
    f"insert into orders ({', '.join(ORDER_COLUMNS)})"
    f" values ({', '.join(f'{{{n}}}' for n in range(1, len(ORDER_COLUMNS) + 1))})"
    " on conflict (external_id) do update set "
    + ", ".join(f"{name} = excluded.{name}" for name in ("updated_at", *ORDER_CUSTOM, "person_id"))
    + f" returning {', '.join(ORDER_COLUMNS)}"
)
UPSERT_AND_SHOW = f"with o as ({UPSERT}) select {_ORDER}, {_PERSON} from o {_JOIN}"
"""For PostgreSQL; SQLite has no writing `with`."""

SHOW_PERSON = f"select {', '.join(SHOWN_OF_PERSON)} from people where id = {{1}}"


def numbered(sql: str, mark: str) -> str:
    """With the parameters of a driver: `$1` or `?1`."""
    return sql.format(*[f"{mark}{n}" for n in range(40)])
