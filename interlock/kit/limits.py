"""Every limit of the platform, with its name, in one table.

Times are in seconds, sizes in bytes. A limit that an installation may change is a field of `Settings`
(`interlock/settings.py`) whose default stands here.
"""

from __future__ import annotations

# --- requests
REQUEST_BYTES = 10 * 1024 * 1024
REQUEST_DEPTH = 64  # levels of nesting of a JSON body
PER_PAGE_MAX = 150
PATH_SEGMENT_CHARS = 1024

# --- attributes
STRING_CHARS = 255
NAME_CHARS = 190
DESCRIPTION_CHARS = 1024
OPTIONS_MIN = 2
MILLISECONDS_FROM = 100_000_000_000  # a date of 10^11 and above was meant in milliseconds
INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1
MONTHLY_SPEND_MAX = 2**31 - 1

# --- search
SEARCH_LEVELS = 2
SEARCH_FILTERS = 15
SEARCH_PER_PAGE = 50

# --- references
REFERENCE_SHOWN = 100  # instances shown inside a record; `total_count` and `has_more` tell of the rest
REFERENCE_WRITTEN = 1000  # ids in one write of one reference attribute
NESTED_SHOWN = 10  # entries of an addressable list inside a contact
CONTACT_COMPANIES = 1000

# --- sandboxes: what the founding documents name; other installations have none unless they set them
SANDBOX_ACTIVE_ATTRIBUTES = 250
SANDBOX_OBJECT_TYPES = 15
SANDBOX_INSTANCES = 100_000
COUNT_AGE = 10  # how old a count that a limit is held against may be

# --- bulk, export, history
BULK_ROWS = 1000
EXPORT_BATCH = 1000
HISTORY_DAYS = 365

# --- companies
COMPANY_PAGE_REACH = 10_000  # page-numbered company lists stop here; the scroll goes on
SCROLL_IDLE = 60
SCROLL_PAGE = 100

# --- caches and background work
CACHE_AGE = 0.5  # definitions and tokens are re-checked after this; the promise is one second
STAMP_BATCH = 1000
STAMP_EVERY = 0.2
LEASE = 5
BACKFILL_BATCH = 500
TRANSACTION_ATTEMPTS = 8
