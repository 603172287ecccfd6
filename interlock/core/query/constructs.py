"""What the two databases say differently, as pieces of SQL that the statements of a search are made of."""

from __future__ import annotations

from typing import Any

import msgspec
from sqlalchemy import Boolean, Float, literal
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.elements import ColumnElement
from sqlalchemy.types import BigInteger, Text, TypeEngine

from interlock.core.attributes.definition import BOOLEAN, DATETIME, DECIMAL, INTEGER, LIST, STRING
from interlock.kit.words import BREAKS, ENTITIES, INLINE_TAG, TAG

TYPES: dict[str, type[TypeEngine[Any]]] = {
    STRING: Text,
    LIST: Text,
    INTEGER: BigInteger,
    DATETIME: BigInteger,
    BOOLEAN: BigInteger,  # 0 and 1: slots and SQLite have no other booleans
    DECIMAL: Float,
}


class Condition(ColumnElement[bool]):
    """A condition that SQLAlchemy leaves as it is: it would append `= 1` on SQLite, which no index answers."""

    inherit_cache = False
    type = Boolean()

    def self_group(self, against: Any = None) -> Any:
        return self


class Unindexed(ColumnElement[Any]):
    """A value that SQLite shall not seek an index for. PostgreSQL has statistics, and decides for itself."""

    inherit_cache = False

    def __init__(self, value: ColumnElement[Any]) -> None:
        self.value = value
        self.type = value.type


@compiles(Unindexed, "postgresql")
@compiles(Unindexed, "sqlite")
def _unindexed(element: Unindexed, compiler: Any, **kw: Any) -> str:
    return ("+" if compiler.dialect.name == "sqlite" else "") + compiler.process(element.value, **kw)


class JsonValue(ColumnElement[Any]):
    """The value under a key of a JSON column, if it is of the wanted type, else null."""

    inherit_cache = False

    def __init__(self, column: ColumnElement[Any], key: str, data_type: str) -> None:
        self.column = column
        self.data_type = data_type
        self.type = TYPES[data_type]()
        self.key_bind = literal(key, Text())
        self.path_bind = literal("$." + msgspec.json.encode(key).decode(), Text())  # quoted, whatever is in it


_POSTGRES_JSON = {
    Text: "case when json_typeof({j}) = 'string' then {j} #>> '{{}}' end",
    Float: "case when json_typeof({j}) = 'number' then cast({j} #>> '{{}}' as double precision) end",
    BigInteger: (  # 4.5 is not a whole number; one of 20 digits would not fit
        "case when cast({j} as text) ~ '^-?[0-9]{{1,19}}$' then case when cast({j} #>> '{{}}' as numeric)"
        " between -9223372036854775808 and 9223372036854775807 then cast({j} #>> '{{}}' as bigint) end end"
    ),
    Boolean: "case cast({j} as text) when 'true' then 1 when 'false' then 0 end",
}
_SQLITE_JSON = {
    Text: "case json_type({c}, {p}) when 'text' then json_extract({c}, {p}) end",
    Float: "case when json_type({c}, {p}) in ('integer', 'real') then cast(json_extract({c}, {p}) as real) end",
    BigInteger: "case json_type({c}, {p}) when 'integer' then json_extract({c}, {p}) end",
    Boolean: "case json_type({c}, {p}) when 'true' then 1 when 'false' then 0 end",
}


def _template(templates: dict[Any, str], element: JsonValue) -> str:
    return templates[Boolean if element.data_type == BOOLEAN else type(element.type)]


@compiles(JsonValue, "postgresql")
def _json_postgres(element: JsonValue, compiler: Any, **kw: Any) -> str:
    column, key = compiler.process(element.column, **kw), compiler.process(element.key_bind, **kw)
    return f"({_template(_POSTGRES_JSON, element).format(j=f'({column} -> {key})')})"


@compiles(JsonValue, "sqlite")
def _json_sqlite(element: JsonValue, compiler: Any, **kw: Any) -> str:
    column, path = compiler.process(element.column, **kw), compiler.process(element.path_bind, **kw)
    return f"({_template(_SQLITE_JSON, element).format(c=column, p=path)})"


class Domain(ColumnElement[str]):
    """What follows the first `@`; null where there is none."""

    inherit_cache = False
    type = Text()

    def __init__(self, column: ColumnElement[Any]) -> None:
        self.column = column


@compiles(Domain, "postgresql")
@compiles(Domain, "sqlite")
def _domain(element: Domain, compiler: Any, **kw: Any) -> str:
    column, at = compiler.process(element.column, **kw), "strpos" if compiler.dialect.name == "postgresql" else "instr"
    return f"(case when {at}({column}, '@') > 0 then substr({column}, {at}({column}, '@') + 1) end)"


class TextMatch(Condition):
    """Contains, starts or ends, whatever the case of ASCII letters. The wanted text is in lower case.

    Not LIKE: it would need escapes, SQLite limits the length of its patterns, and neither would use an index here.
    """

    def __init__(self, value: ColumnElement[Any], wanted: ColumnElement[Any], how: str) -> None:
        self.value, self.wanted, self.how = value, wanted, how


@compiles(TextMatch, "postgresql")
def _match_postgres(element: TextMatch, compiler: Any, **kw: Any) -> str:
    value, wanted = compiler.process(element.value, **kw), compiler.process(element.wanted, **kw)
    value = f'lower({value} collate "C")'  # under this collation lower() changes ASCII letters only
    match element.how:
        case "contains":
            return f"strpos({value}, {wanted}) > 0"
        case "starts":
            return f"left({value}, length({wanted})) = {wanted}"
        case _:
            return f"right({value}, length({wanted})) = {wanted}"


@compiles(TextMatch, "sqlite")
def _match_sqlite(element: TextMatch, compiler: Any, **kw: Any) -> str:
    value, wanted = compiler.process(element.value, **kw), compiler.process(element.wanted, **kw)
    value = f"lower({value})"
    match element.how:
        case "contains":
            return f"instr({value}, {wanted}) > 0"
        case "starts":
            return f"substr({value}, 1, length({wanted})) = {wanted}"
        case _:  # a negative start would count from the end
            return f"substr({value}, max(1, length({value}) - length({wanted}) + 1)) = {wanted}"


class NotTrue(Condition):
    """False or unknown."""

    def __init__(self, part: ColumnElement[Any]) -> None:
        self.part = part


@compiles(NotTrue, "postgresql")
@compiles(NotTrue, "sqlite")
def _not_true(element: NotTrue, compiler: Any, **kw: Any) -> str:
    return f"(({compiler.process(element.part, **kw)}) is not true)"


class ByteOrder(ColumnElement[str]):
    """A text as it sorts: by code points on both databases, whatever the collation of the database is."""

    inherit_cache = False
    type = Text()

    def __init__(self, value: ColumnElement[Any]) -> None:
        self.value = value


@compiles(ByteOrder, "postgresql")
def _byte_order_postgres(element: ByteOrder, compiler: Any, **kw: Any) -> str:
    return f'({compiler.process(element.value, **kw)} collate "C")'


@compiles(ByteOrder, "sqlite")
def _byte_order_sqlite(element: ByteOrder, compiler: Any, **kw: Any) -> str:
    return compiler.process(element.value, **kw)


class HtmlText(ColumnElement[str]):
    """The text of a column of clean HTML (`kit/words.py`), or (`words`) the words of that text."""

    inherit_cache = False
    type = Text()

    def __init__(self, column: ColumnElement[Any], words: bool) -> None:
        self.column, self.words = column, words


@compiles(HtmlText, "postgresql")
def _html_postgres(element: HtmlText, compiler: Any, **kw: Any) -> str:
    text = compiler.process(element.column, **kw)
    text = f"regexp_replace(regexp_replace({text}, '{INLINE_TAG}', '', 'g'), '{TAG}', ' ', 'g')"
    for entity, character in ENTITIES:
        quoted = character.replace("'", "''")
        text = f"replace({text}, '{entity}', '{quoted}')"
    if not element.words:
        return text
    return f"(' ' || regexp_replace(lower({text} collate \"C\"), '{BREAKS}', ' ', 'g') || ' ')"


@compiles(HtmlText, "sqlite")
def _html_sqlite(element: HtmlText, compiler: Any, **kw: Any) -> str:
    return f"{'html_words' if element.words else 'html_text'}({compiler.process(element.column, **kw)})"


class HasWord(Condition):
    """The words of a text contain one, or several in a row. Both have a space on each side."""

    def __init__(self, value: ColumnElement[Any], wanted: ColumnElement[Any]) -> None:
        self.value, self.wanted = value, wanted


@compiles(HasWord, "postgresql")
@compiles(HasWord, "sqlite")
def _has_word(element: HasWord, compiler: Any, **kw: Any) -> str:
    at = "strpos" if compiler.dialect.name == "postgresql" else "instr"
    return f"{at}({compiler.process(element.value, **kw)}, {compiler.process(element.wanted, **kw)}) > 0"


_GREATEST = "1.797693134862315e308"


class ExactSum(ColumnElement[Any]):
    """Aggregate: the sum of numbers as `kit/sums.py` makes it; of none 0."""

    inherit_cache = False

    def __init__(self, value: ColumnElement[Any]) -> None:
        self.value = value
        self.type = value.type


@compiles(ExactSum, "postgresql")
def _sum_postgres(element: ExactSum, compiler: Any, **kw: Any) -> str:
    total = f"coalesce(sum(cast({compiler.process(element.value, **kw)} as numeric)), 0)"
    if not isinstance(element.type, Float):
        return total
    # A double that becomes a numeric keeps 15 digits; one that is too great to be a double could not be made one.
    double = f"cast(cast({total} as double precision) as numeric)"
    return f"case when abs({total}) > {_GREATEST} then sign({total}) * cast('Infinity' as numeric) else {double} end"


@compiles(ExactSum, "sqlite")
def _sum_sqlite(element: ExactSum, compiler: Any, **kw: Any) -> str:
    return f"exact_sum({compiler.process(element.value, **kw)})"


class Exact(ColumnElement[Any]):
    """A number that is compared with an exact sum: as PostgreSQL turns a double into a decimal number."""

    inherit_cache = False

    def __init__(self, value: ColumnElement[Any]) -> None:
        self.value = value
        self.type = value.type


@compiles(Exact, "postgresql")
def _exact_postgres(element: Exact, compiler: Any, **kw: Any) -> str:
    kind = "double precision" if isinstance(element.type, Float) else "bigint"
    return f"cast(cast({compiler.process(element.value, **kw)} as {kind}) as numeric)"


@compiles(Exact, "sqlite")
def _exact_sqlite(element: Exact, compiler: Any, **kw: Any) -> str:
    return compiler.process(element.value, **kw)
