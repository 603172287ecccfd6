"""HTML that people write: what stays of it, and that nobody can make it slow to read."""

from __future__ import annotations

import time
from contextlib import suppress

import pytest

from interlock.kit import html, limits
from interlock.kit.problems import Problem

LONG = limits.HTML_CHARS - 100


@pytest.mark.parametrize(
    ("written", "cleaned"),
    [
        ('<a href="javascript:alert(1)">x</a>', '<a rel="nofollow noopener noreferrer">x</a>'),
        ("<img src=x onerror=alert(1)>", '<img src="x">'),
        ("<p>a</p>\n\n<p>b</p>", "<p>a</p>\n<p>b</p>"),
        ("<html><body><p>a</p></body></html>", "<p>a</p>"),
        ("<p>a <b>b</b> <i>c</i></p>", "<p>a <b>b</b> <i>c</i></p>"),
        ("a < b and\nc > d", "<p>a &lt; b and<br>\nc &gt; d</p>"),
    ],
)
def test_what_stays(written: str, cleaned: str) -> None:
    assert html.clean(written) == cleaned


@pytest.mark.parametrize(
    ("body", "text"),
    [
        ("<p>a<br>b</p><ul><li>c</li><li>d &amp; e</li></ul>", "a\nb\nc\nd & e"),
        (
            '<p>See <a href="https://x.example/?a=1&amp;b=2"><b>this</b></a>.</p>',
            "See this (https://x.example/?a=1&b=2).",
        ),
        ('<a href="https://x.example">https://x.example</a>', "https://x.example"),
        ("<a>no address</a>", "no address"),
        ("2 < 3 and 5 > 4", "2 < 3 and 5 > 4"),
    ],
)
def test_as_plain_text(body: str, text: str) -> None:
    assert html.to_text(body) == text


def test_html_has_limits() -> None:
    deep, wide = "<div>" * limits.HTML_DEPTH, " ".join(f"a{n}" for n in range(limits.HTML_ATTRIBUTES))
    assert html.clean(deep + "x")
    assert html.clean(f"<p {wide}>x</p>") == "<p>x</p>"
    for body in (
        deep + "<div>x",
        f"<p {wide} b>x</p>",
        f"""<p c=">" d='<' {wide}>x</p>""",
        "<p>" + "x" * limits.HTML_CHARS,
    ):
        with pytest.raises(Problem) as refused:
            html.clean(body)
        assert refused.value.code == "parameter_invalid"


def test_closed_tags_are_not_deep() -> None:
    assert html.clean("<p><b>x</b><br></p>" * 5000)
    assert html.clean("<table>" + "<tr><td>x" * 5000 + "</table>")


@pytest.mark.parametrize(
    "piece", ["<", "<a ", "<!--", '<a href="x">', '<a href="', "<table>", "<div>", "<b></i>", "\n", "> \n", "</p>"]
)
def test_nobody_makes_it_slow(piece: str) -> None:
    """Each of these took minutes with an expression that goes over the rest of the text at each of its characters."""
    body = "<p>" + piece * (LONG // len(piece))
    began = time.process_time()
    html.to_text(body)
    with suppress(Problem):
        html.clean(body)
    assert time.process_time() - began < 2
