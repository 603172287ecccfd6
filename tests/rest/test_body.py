"""What a JSON body may be, and how what is wrong with it is told."""

from __future__ import annotations

from contextlib import suppress
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from interlock.kit import limits
from interlock.kit.problems import Problem
from interlock.rest import body


def refused(raw: bytes) -> Problem:
    with pytest.raises(Problem) as caught:
        body.decode(raw)
    assert caught.value.code == "parameter_invalid"
    return caught.value


class TestDecoding:
    @pytest.mark.parametrize("raw", [b"", b"  \r\n"])
    def test_an_empty_body_is_none(self, raw: bytes) -> None:
        assert body.decode(raw) is None

    def test_of_duplicate_keys_the_last_counts(self) -> None:
        assert body.decode(b'{"a": 1, "a": 2}') == {"a": 2}

    @pytest.mark.parametrize("raw", [b"{", b"email=a@b.c", b"{} {}", b"<a/>", b"'a'", b'{"a": "\x00"}', b"{'a': 1}"])
    def test_what_is_not_json(self, raw: bytes) -> None:
        assert "not valid JSON" in refused(raw).message

    @pytest.mark.parametrize("raw", [b"NaN", b'{"a": NaN}', b'{"a": Infinity}', b'{"a": -Infinity}'])
    def test_what_is_not_a_number(self, raw: bytes) -> None:
        assert "not valid JSON" in refused(raw).message

    def test_a_number_without_end(self) -> None:
        assert "out of range" in refused(b'{"a": 1e999}').message

    def test_a_byte_order_mark(self) -> None:
        assert "byte order mark" in refused(b"\xef\xbb\xbf{}").message

    @pytest.mark.parametrize("raw", [b'{"a": "\xff"}', b'{"a": "\xed\xa0\x80"}', '{"a": "é"}'.encode("latin-1")])
    def test_broken_utf_8(self, raw: bytes) -> None:
        assert refused(raw).message == "The body is not valid UTF-8"

    def test_utf_16(self) -> None:
        refused('{"a": 1}'.encode("utf-16"))


class TestDepth:
    @pytest.mark.parametrize("level", [b"[", b'{"a":', b'[{"a":'])
    @pytest.mark.parametrize("levels", [limits.REQUEST_DEPTH + 1, 200, 1_000, 100_000])
    def test_too_many_levels(self, level: bytes, levels: int) -> None:
        closing = b"".join({b"[": b"]", b"{": b"}"}[bytes([one])] for one in reversed(level) if one in b"[{")
        assert "nested deeper" in refused(level * levels + b"1" + closing * levels).message

    def test_too_many_levels_that_are_never_closed(self) -> None:
        refused(b"[" * 100_000)

    def test_as_many_as_may_be(self) -> None:
        body.decode(b"[" * limits.REQUEST_DEPTH + b"]" * limits.REQUEST_DEPTH)

    def test_many_side_by_side_are_no_depth(self) -> None:
        assert len(body.decode(b"[" + b",".join([b'{"a":[1]}'] * 1000) + b"]")) == 1000


class TestStrings:
    @pytest.mark.parametrize(
        ("raw", "field"),
        [
            (b'{"a": {"b": ["x", "\\u0000"]}}', "a.b.1"),
            (b'{"a": "x\\u0000y"}', "a"),
            (b'["\\u0000"]', "0"),
            (b'"\\u0000"', None),
        ],
    )
    def test_nul_names_the_field(self, raw: bytes, field: str | None) -> None:
        problem = refused(raw)
        assert "NUL" in problem.message
        assert problem.field == field

    def test_nul_in_a_key(self) -> None:
        assert "NUL" in refused(b'{"a\\u0000b": 1}').message

    @pytest.mark.parametrize("half", [b"\\ud800", b"\\uDFFF", b"\\ude00\\ud83d", b"\\ud83dx"])
    def test_half_of_a_surrogate_pair_names_the_field(self, half: bytes) -> None:
        problem = refused(b'{"a": {"b": "x' + half + b'"}}')
        assert problem.message == "a.b contains half of a surrogate pair"
        assert problem.field == "a.b"

    def test_half_of_a_surrogate_pair_in_a_key(self) -> None:
        refused(b'{"\\ud800": 1}').message.encode()

    def test_what_only_looks_like_it(self) -> None:
        assert body.decode(b'{"a": "\\\\u0000 \\\\ud800 \\ud83d\\ude00"}') == {"a": "\\u0000 \\ud800 😀"}


class TestNumbers:
    @pytest.mark.parametrize("number", [2**63, -(2**63) - 1, 10**30, 10**400, -(10**400)])
    def test_an_integer_beyond_64_bits(self, number: int) -> None:
        problem = refused(b'{"a": {"b": %d}}' % number)
        assert problem.message == "a.b is an integer beyond 64 bits"
        assert problem.field == "a.b"

    def test_an_integer_with_thousands_of_digits(self) -> None:
        refused(b'{"a": ' + b"9" * 100_000 + b"}")

    @pytest.mark.parametrize("number", [2**63 - 1, -(2**63)])
    def test_the_greatest_and_the_least(self, number: int) -> None:
        assert body.decode(b'{"a": %d}' % number) == {"a": number}

    def test_digits_in_strings_and_fractions(self) -> None:
        value = {"a": "9" * 40, "b": 0.1234567890123456789012345}
        assert body.decode(msgspec.json.encode(value)) == value


@given(st.binary(max_size=200) | st.text(max_size=100).map(str.encode))
def test_any_bytes_decode_or_are_refused(raw: bytes) -> None:
    with suppress(Problem):
        msgspec.json.encode(body.decode(raw))


class Place(msgspec.Struct):
    city: str | None = None


class Person(msgspec.Struct):
    email: str
    role: Literal["user", "lead"] = "user"
    age: Annotated[int, msgspec.Meta(ge=0, le=150)] | None = None
    name: Annotated[str, msgspec.Meta(max_length=3)] | msgspec.UnsetType | None = msgspec.UNSET
    places: list[Place] = []
    custom_attributes: dict[str, str | int] = {}


class TestShape:
    def test_unknown_fields_are_ignored(self) -> None:
        assert body.convert({"email": "a@b.c", "x": 1}, Person) == Person("a@b.c")

    def test_any_takes_everything(self) -> None:
        assert body.convert([1, {"a": None}], Any) == [1, {"a": None}]

    @pytest.mark.parametrize(
        ("value", "code", "field", "message"),
        [
            ({}, "parameter_not_found", "email", "email not specified"),
            ({"email": 1}, "type_mismatch", "email", "email must be a string, not an integer"),
            ({"email": "x", "age": "4"}, "type_mismatch", "age", "age must be an integer or null, not a string"),
            ({"email": "x", "age": 4.5}, "type_mismatch", "age", "age must be an integer or null, not a number"),
            ({"email": "x", "age": True}, "type_mismatch", "age", "age must be an integer or null, not a boolean"),
            ({"email": "x", "age": 200}, "parameter_invalid", "age", "age must be an integer <= 150"),
            ({"email": "x", "name": "long"}, "parameter_invalid", "name", "name must be a string of length <= 3"),
            ({"email": "x", "role": "bot"}, "parameter_invalid", "role", "role cannot be 'bot'"),
            (
                {"email": "x", "places": [{}, {"city": []}]},
                "type_mismatch",
                "places.1.city",
                "places.1.city must be a string or null, not an array",
            ),
            (
                {"email": "x", "custom_attributes": {"a": []}},
                "type_mismatch",
                "custom_attributes",
                "custom_attributes must be an integer or a string, not an array",
            ),
            ([], "type_mismatch", None, "The body must be an object, not an array"),
            ("x", "type_mismatch", None, "The body must be an object, not a string"),
        ],
    )
    def test_what_is_wrong_is_told_in_plain_words(self, value: Any, code: str, field: str | None, message: str) -> None:
        with pytest.raises(Problem) as caught:
            body.convert(value, Person)
        assert (caught.value.code, caught.value.field, caught.value.message) == (code, field, message)


class TestLabels:
    @pytest.mark.parametrize(
        "label",
        [
            "application/json",
            "application/json; charset=utf-8",
            "Application/JSON;charset=UTF-8",
            "application/vnd.api+json",
            "application/x-www-form-urlencoded",
            "application/x-www-form-urlencoded; charset=utf-8",
            "",
        ],
    )
    def test_accepted(self, label: str) -> None:
        body.check_type({b"content-type": label.encode()})

    def test_none_at_all(self) -> None:
        body.check_type({})

    @pytest.mark.parametrize("label", ["text/xml", "text/plain", "multipart/form-data; boundary=x", "application/xml"])
    def test_refused(self, label: str) -> None:
        with pytest.raises(Problem) as caught:
            body.check_type({b"content-type": label.encode()})
        assert caught.value.code == "unsupported_media_type"

    def test_a_compressed_body(self) -> None:
        with pytest.raises(Problem, match="compressed"):
            body.check_type({b"content-type": b"application/json", b"content-encoding": b"gzip"})


class TestSize:
    class Sender:
        """Sends without end, and counts how often it was asked."""

        def __init__(self, part: bytes) -> None:
            self.part, self.asked = part, 0

        async def receive(self) -> dict[str, Any]:
            self.asked += 1
            return {"type": "http.request", "body": self.part, "more_body": True}

    async def test_an_announced_size_is_refused_unread(self) -> None:
        sender = self.Sender(b"x")
        with pytest.raises(Problem) as caught:
            await body.read_bytes(sender.receive, {b"content-length": b"%d" % (limits.REQUEST_BYTES + 1)})
        assert caught.value.code == "request_too_large"
        assert sender.asked == 0

    async def test_a_body_without_announced_size_is_read_up_to_the_limit(self) -> None:
        sender = self.Sender(b"x" * 2**20)
        with pytest.raises(Problem) as caught:
            await body.read_bytes(sender.receive, {})
        assert caught.value.code == "request_too_large"
        assert sender.asked == limits.REQUEST_BYTES // 2**20 + 1

    async def test_the_largest_body(self) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": b"x" * limits.REQUEST_BYTES, "more_body": False}

        assert len(await body.read_bytes(receive, {})) == limits.REQUEST_BYTES

    async def test_a_client_that_goes_away(self) -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.disconnect"}

        with pytest.raises(body.ClientGone):
            await body.read_bytes(receive, {})
