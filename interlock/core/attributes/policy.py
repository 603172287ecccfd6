"""Who may do what to attributes: one row for each source of values, and nowhere else."""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from interlock.core.schema.schema import WorkspaceSettings


class Source(Enum):
    """Where a value comes from."""

    API = "api"
    CSV = "csv"
    CONNECTOR = "connector"  # the answer of an outbound call, by its mapping
    TEAMMATE = "teammate"  # typed in the console
    MESSENGER_PAGE = "messenger_page"  # the page around the Messenger: anybody can edit it
    MESSENGER_SIGNED = "messenger_signed"  # the claims of a verified token: the customer's own server
    WORKFLOW = "workflow"


class Verdict(Enum):
    """What becomes of a value, or of a part of it."""

    WRITE = "write"
    IGNORE = "ignore"  # silently: the rest of the call still applies
    REFUSE = "refuse"  # a problem
    CUT = "cut"  # shortened, then written


class Creates(Enum):
    """Does an unknown name make an attribute? Or does a setting of the workspace decide, whose name is the value."""

    NEVER = "never"
    ALWAYS = "always"
    AS_API = "create_unknown_attributes"
    AS_MESSENGER = "messenger_creates_attributes"


@dataclass(frozen=True, slots=True)
class Policy:
    """One row of the table."""

    creates: Creates
    unknown: Verdict  # of a name that is not known, and makes no attribute
    protected: Verdict  # of an attribute with `messenger_writable=False`
    archived: Verdict  # of an attribute that is archived
    links: Verdict  # of a reference
    strict: bool  # are "4" for a number and 4 for a string refused?
    too_long: Verdict  # of text over 255 characters
    off_list: Verdict  # of a value that is not among a list's options
    faulty: Verdict  # of a value that is wrong, when many are written together
    clears: frozenset[str]  # texts that clear an attribute, beside null

    def may_create(self, settings: WorkspaceSettings) -> bool:
        if self.creates in (Creates.ALWAYS, Creates.NEVER):
            return self.creates is Creates.ALWAYS
        return bool(getattr(settings, self.creates.value))

    def is_clearing(self, raw: Any) -> bool:
        return raw is None or (isinstance(raw, str) and raw in self.clears)


_OK, _NO, _SKIP, _CUT = Verdict.WRITE, Verdict.REFUSE, Verdict.IGNORE, Verdict.CUT
_EMPTY = frozenset({""})
_JS = frozenset({"", "undefined", "null"})

# fmt: off
POLICIES: dict[Source, Policy] = {
    #                               creates               unkn.  prot.  arch.  links  strict long  off-l faulty clears
    Source.API:              Policy(Creates.AS_API,       _NO,   _OK,   _NO,   _OK,   True,  _NO,  _OK,  _NO,   _EMPTY),
    Source.CSV:              Policy(Creates.ALWAYS,       _NO,   _OK,   _NO,   _OK,   False, _NO,  _OK,  _NO,   _EMPTY),
    Source.CONNECTOR:        Policy(Creates.NEVER,        _NO,   _OK,   _NO,   _OK,   False, _NO,  _OK,  _NO,   _EMPTY),
    Source.TEAMMATE:         Policy(Creates.NEVER,        _NO,   _OK,   _NO,   _OK,   True,  _NO,  _NO,  _NO,   _EMPTY),
    Source.MESSENGER_PAGE:   Policy(Creates.AS_MESSENGER, _SKIP, _SKIP, _SKIP, _SKIP, False, _CUT, _OK,  _SKIP, _JS),
    Source.MESSENGER_SIGNED: Policy(Creates.AS_MESSENGER, _SKIP, _OK,   _SKIP, _OK,   False, _CUT, _OK,  _SKIP, _JS),
    Source.WORKFLOW:         Policy(Creates.NEVER,        _NO,   _OK,   _NO,   _OK,   True,  _NO,  _NO,  _NO,   _EMPTY),
}
# fmt: on
"""The table. What its sources (attributes.md 1, 3 to 5) leave open was decided so:

- *creates*: a new CSV column makes an attribute [attributes.md 1]. Signed claims follow the Messenger's setting: it
  speaks of the Messenger, not of trust. Connectors and workflows name attributes that somebody chose from a list.
- *archived*: refused wherever somebody can read the answer. It would store what nobody can see or search.
- *links*: the page may not write references: any visitor could link another customer's orders, and read them.
- *strict*: the page is lenient too. Its values come from templates that quote everything, and there is nobody to
  read a refusal.
- *off_list*: whoever picks from the list (teammate, workflow) picks from the list; data that comes from elsewhere
  is kept as it is, as through the API.
- *faulty*: one bad value does not stop a page from loading; it stands in `Writes.ignored`, for the page's console.
- *clears*: the Messenger shows the words "undefined" and "null" as Unknown [attributes.md 4]; stored as Unknown they
  are found as such, too.
"""
