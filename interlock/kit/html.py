"""HTML that people write: cleaned before it is stored, and as plain text where a version asks for that.

What stays is what a conversation needs: paragraphs, lists, headings, links, images, code, tables. Scripts, styles,
frames, forms and event handlers go, and links keep only addresses that cannot run anything.
"""

from __future__ import annotations

import html
import re

import nh3

TAGS = {
    *("p", "br", "div", "span", "b", "strong", "i", "em", "u", "s", "a", "ul", "ol", "li", "blockquote", "pre", "code"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "img", "hr", "table", "thead", "tbody", "tr", "th", "td"),
}
ATTRIBUTES = {"a": {"href", "target"}, "img": {"src", "alt", "width", "height"}, "*": {"class"}}
SCHEMES = {"http", "https", "mailto", "tel"}

_SPACE_BETWEEN = re.compile(r">\s*\n\s*<")
_BLOCK_END = re.compile(r"</(?:p|div|li|h[1-6]|blockquote|pre|tr|ul|ol|table)>|<br\s*/?>|<hr\s*/?>", re.IGNORECASE)
_LINK = re.compile(r'<a\b[^>]*\bhref="([^"]*)"[^>]*>(.*?)</a>', re.IGNORECASE | re.DOTALL)
_TAG = re.compile(r"<[^>]*>")
_LOOKS_LIKE_HTML = re.compile(r"<(?:/?[a-zA-Z][^<>]*|!--)", re.DOTALL)


def clean(text: str) -> str:
    """HTML that is safe to show to anybody. Plain text becomes a paragraph, with its line breaks.

    `<html>` and `<body>` around it and the spaces between its tags go, as Intercom does it.
    """
    if not _LOOKS_LIKE_HTML.search(text):
        escaped = html.escape(text.strip(), quote=False).replace("\n", "<br>\n")
        return f"<p>{escaped}</p>" if escaped else ""
    cleaned = nh3.clean(
        text,
        tags=TAGS,
        attributes=ATTRIBUTES,
        url_schemes=SCHEMES,
        link_rel="nofollow noopener noreferrer",
        clean_content_tags={"script", "style"},
    )
    return _SPACE_BETWEEN.sub(">\n<", cleaned.strip())


def to_text(body: str) -> str:
    """Clean HTML as plain text: a line for each block, links as `label (url)`."""
    linked = _LINK.sub(_link_text, body)
    text = html.unescape(_TAG.sub("", _BLOCK_END.sub("\n", linked)))
    lines = [line.strip() for line in text.split("\n")]
    return "\n".join(line for line in lines if line)


def _link_text(match: re.Match[str]) -> str:
    url, label = match[1], match[2]
    plain = html.unescape(_TAG.sub("", label)).strip()
    return label if not url or plain == html.unescape(url) else f"{label} ({url})"
