"""The text of clean HTML, and the words of it, for search: so simple that two databases can say the same.

Tags inside a line vanish, every other one parts words. A word is a run of letters, digits and underscores, whereby
every character beyond ASCII is taken for a letter but for spaces, dashes and quotation marks. The case of ASCII
letters does not matter.
"""

from __future__ import annotations

import re

INLINE_TAG = "</?(?:a|b|code|em|i|s|span|strong|u)(?: [^>]*)?>"
TAG = "<[^>]*>"
ENTITIES = (("&nbsp;", " "), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'"), ("&amp;", "&"))
BREAKS = r"[\u0001-\u002F\u003A-\u0040\u005B-\u005E\u0060\u007B-\u007F\u00A0\u2010-\u2027\u3000-\u3002]+"
"""What parts words. These regular expressions mean the same in Python and in PostgreSQL."""

_INLINE_TAG, _TAG, _BREAKS = re.compile(INLINE_TAG), re.compile(TAG), re.compile(BREAKS)
_ASCII_LOWER = {upper: upper + 32 for upper in range(ord("A"), ord("Z") + 1)}


def ascii_lower(text: str) -> str:
    """Lower case for ASCII letters alone, as both databases do it: `İ`, `ß` and the Kelvin sign stay as they are."""
    return text.lower() if text.isascii() else text.translate(_ASCII_LOWER)


def html_text(html: str) -> str:
    """The text of clean HTML."""
    text = _TAG.sub(" ", _INLINE_TAG.sub("", html))
    for entity, character in ENTITIES:
        text = text.replace(entity, character)
    return text


def words(text: str) -> str:
    """The words of a text in lower case, with a space before and after each."""
    return f" {_BREAKS.sub(' ', ascii_lower(text))} "


def one_word(text: str) -> str | None:
    """What `words` of a text must contain to have this word, or None for what no text has: several words, or none.

    `e-mail` stands for the two words that it is, one after the other.
    """
    plain = text.strip()
    if not plain or len(plain.split()) > 1:
        return None
    found = words(plain).split()
    return f" {' '.join(found)} " if found else None
