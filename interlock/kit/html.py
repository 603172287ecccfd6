"""HTML that people write: cleaned before it is stored, and as plain text where a version asks for that.

What stays is what a conversation needs: paragraphs, lists, headings, links, images, code, tables. Scripts, styles,
frames, forms and event handlers go, and links keep only addresses that cannot run anything.

Whoever writes it chooses how long it takes to read: a parser of HTML needs time that grows with the square of the depth
and of the attributes of one tag, so both have limits, and every expression here looks at a character a few times only.
"""

from __future__ import annotations

import html
import re
from collections import Counter

import nh3

from interlock.kit import limits
from interlock.kit.problems import invalid

TAGS = {
    *("p", "br", "div", "span", "b", "strong", "i", "em", "u", "s", "a", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "img", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "target"}, "img": {"src", "alt", "width", "height"}, "*": {"class"}}
SCHEMES = {"http", "https", "mailto", "tel"}

_CLEANER = nh3.Cleaner(  # made once: that takes five times as long as to clean a message
    tags=TAGS,
    attributes=ATTRIBUTES,
    url_schemes=SCHEMES,
    link_rel="nofollow noopener noreferrer",
    clean_content_tags={"script", "style"},
)

_VOID = {"area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"}
_ENDED_BY_THE_NEXT = {"td", "th", "tr", "thead", "tbody"}

# `*+` and `?+` never try again with less: what they have passed by cannot fit anyway.
_SPACE_BETWEEN = re.compile(r">(\s++)(?=<)")
_NAME = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)")
_ATTRIBUTE = r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"|'[^']*+'|[^\s>"'][^\s>]*+)?+)?+"""
_TOO_MANY_ATTRIBUTES = re.compile(rf"<[a-zA-Z][^\s/>]*+(?:{_ATTRIBUTE}){{{limits.HTML_ATTRIBUTES + 1}}}")
_TAG = re.compile(r"<(/?)([a-zA-Z][a-zA-Z0-9]*+)([^<>]*+)>|<![^<>]*+>")
_HREF = re.compile(r'\bhref="([^"]*+)"', re.IGNORECASE)
_BLOCKS = {"p", "div", "li", "h1", "h2", "h3", "h4", "h5", "h6", "blockquote", "pre", "tr", "ul", "ol", "table"}
_BREAKS = {"br", "hr"}
_LOOKS_LIKE_HTML = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--)", re.DOTALL)


def clean(text: str) -> str:
    """HTML that is safe to show to anybody. Plain text becomes a paragraph, with its line breaks.

    `<html>` and `<body>` around it and the spaces between its tags go, as Intercom does it. 400 `parameter_invalid` for
    what is too long, and for HTML that is too deep or has a tag with too many attributes.
    """
    if len(text) > limits.HTML_CHARS:
        raise invalid(f"body must be at most {limits.HTML_CHARS} characters", "body")
    if not _LOOKS_LIKE_HTML.search(text):
        return from_text(text)
    _check(text)
    cleaned = _CLEANER.clean(text).strip()
    return _SPACE_BETWEEN.sub(lambda found: ">\n" if "\n" in found[1] else found[0], cleaned)


def _check(text: str) -> None:
    if _depth(text) > limits.HTML_DEPTH:
        raise invalid(f"HTML may have at most {limits.HTML_DEPTH} tags inside one another", "body")
    if _TOO_MANY_ATTRIBUTES.search(text):
        raise invalid(f"A tag may have at most {limits.HTML_ATTRIBUTES} attributes", "body")


def _depth(text: str) -> int:
    """How many tags are open at once, at most: one that is never closed counts to the end, but for those that the next
    of their kind ends."""
    opened: Counter[str] = Counter()
    depth = most = 0
    for closing, name in _NAME.findall(text.lower()):
        if not closing:
            if name not in _VOID and name not in _ENDED_BY_THE_NEXT:
                opened[name] += 1
                depth += 1
                most = max(most, depth)
        elif opened[name]:
            opened[name] -= 1
            depth -= 1
    return most


def from_text(text: str) -> str:
    """Plain text as a paragraph, with its line breaks; what looks like a tag in it is text, too."""
    escaped = html.escape(text.strip(), quote=False).replace("\n", "<br>\n")
    return f"<p>{escaped}</p>" if escaped else ""


def to_text(body: str) -> str:
    """Clean HTML as plain text: a line for each block, links as `label (url)`."""
    pieces: list[str] = []
    at, link, url = 0, 0, ""
    for found in _TAG.finditer(body):
        pieces.append(body[at : found.start()])
        at = found.end()
        is_end, name = bool(found[1]), (found[2] or "").lower()
        if name == "a":
            if is_end and url:
                label = html.unescape("".join(pieces[link:])).strip()
                pieces.append("" if label == html.unescape(url) else f" ({url})")
            href = None if is_end else _HREF.search(found[3])
            link, url = len(pieces), href[1] if href is not None else ""
        elif name in (_BLOCKS if is_end else _BREAKS):
            pieces.append("\n")
    pieces.append(body[at:])
    lines = [line.strip() for line in html.unescape("".join(pieces)).split("\n")]
    return "\n".join(line for line in lines if line)
