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

# --- HTML that people write
HTML_CHARS = 200_000  # twice what the largest mail programs show of a mail
HTML_DEPTH = 500  # tags that are open at once
HTML_ATTRIBUTES = 100  # of one tag

# --- files
FILE_BYTES = 20 * 1024 * 1024  # of one file
FILES_SENT = 10  # in one request
FILE_NAME_CHARS = 255
MULTIPART_BYTES = 100 * 1024 * 1024  # of a request in parts
MULTIPART_FIELDS = 1000
URL_CHARS = 2048
BLOB_REST = 3600  # bytes that no file needs any more go when they have been left alone so long

# --- messages and mail
RECIPIENTS = 100  # of one message
SUBJECT_CHARS = 500
MAIL_ATTEMPTS = 35  # a day, with the pauses between them
SMTP_SECONDS = 30
MESSAGES_PER_PAGE, MESSAGES_PER_PAGE_MAX = 50, 100

# --- attributes
STRING_CHARS = 255
NAME_CHARS = 190
DESCRIPTION_CHARS = 1024
OPTIONS_MIN = 2
OPTIONS_MAX = 1000  # of one conversation attribute, archived ones too
ATTRIBUTE_FILES = 100  # in one value of type files
TEAMS_VISIBLE = 1000  # teams that one conversation attribute is shown to
MILLISECONDS_FROM = 100_000_000_000  # a date of 10^11 and above was meant in milliseconds
INTEGER_MIN, INTEGER_MAX = -(2**63), 2**63 - 1
MONTHLY_SPEND_MAX = 2**31 - 1

# --- search
SEARCH_LEVELS = 2
SEARCH_FILTERS = 15
SEARCH_PER_PAGE = 50
SEARCH_PARTS = 2000  # of the whole tree, the rules of segments in it included
DAYS_AGO_MAX = 100_000  # in the rules of segments

# --- segments
SEGMENTS = 500  # of a workspace
SEGMENT_LEVELS = 3  # of groups inside one another, in one `where` or around it
SEGMENT_SCOPES = 2  # of records inside records: the items of an order of a person
SEGMENT_FILTERS = 15  # of one group
SEGMENT_PARTS = 200  # groups, filters and what is inside them, in all
SEGMENT_PREVIEW = 20  # records

# --- references
REFERENCE_SHOWN = 100  # instances shown inside a record; `total_count` and `has_more` tell of the rest
REFERENCE_WRITTEN = 1000  # ids in one write of one reference attribute
NESTED_SHOWN = 10  # entries of an addressable list inside a contact
CONTACT_COMPANIES = 1000

# --- tags, notes, subscription types
TAG_NAME_CHARS = 255
TAGGED_AT_ONCE = 1000  # people and companies in one POST /tags
NOTE_CHARS = 100_000  # of the clean HTML
TRANSLATIONS = 100  # of one subscription type
LOCALE_CHARS = 35  # the longest tag of a language that RFC 5646 wants to be supported

# --- sandboxes: what the founding documents name; other installations have none unless they set them
SANDBOX_ACTIVE_ATTRIBUTES = 250
SANDBOX_OBJECT_TYPES = 15
SANDBOX_INSTANCES = 100_000
COUNT_AGE = 10  # how old a count that a limit is held against may be

# --- bulk, export, history
BULK_ROWS = 1000
EXPORT_BATCH = 1000
HISTORY_DAYS = 365

# --- conversations
CONVERSATIONS_PER_PAGE = 20
DELETED_PER_PAGE, DELETED_PER_PAGE_MAX = 20, 60
SIDE_PER_PAGE, SIDE_PER_PAGE_MAX = 25, 50
ATTACHMENTS = 10  # of one reply: addresses, and as many files again
QUICK_REPLIES = 25  # options of one quick reply
TITLE_CHARS = 255
CONVERSATION_CONTACTS = 100  # who take part in one
LINKED_SHOWN = 1000  # linked tickets and conversations inside a conversation
REPLY_TIMES = 500  # of which the median is taken: the newest

# --- staff
TEAM_MEMBERS = 1000
ASSIGNMENT_LIMIT_MAX = 1000  # conversations that a load balanced team gives to one teammate
AWAY_REASON_CHARS, AWAY_EMOJI_CHARS = 255, 32
IDLE_AFTER, IDLE_AFTER_MAX = 1800, 86_400  # a conversation is idle when its contact has waited so long
ACTIVITY_PER_PAGE, ACTIVITY_PER_PAGE_MAX = 20, 250

# --- data events
EVENT_TYPES = 120  # active ones of a workspace
EVENT_METADATA = 10  # keys of one event: those that follow are ignored
EVENT_TEXT_CHARS = 2048
EVENT_DAYS = 90  # events can be listed so long; counts stay
EVENTS_PER_PAGE = 50
EVENT_COUNT_MAX = 2**53  # of one summary: what JavaScript can count

# --- tickets
TICKET_TYPES = 500  # of a workspace, archived ones too
TICKET_TYPE_ATTRIBUTES = 100  # of one type, archived ones too
TICKET_STATES = 500
ICON_CHARS = 64
TICKET_LINE_CHARS = 1000  # of a text attribute of one line
TICKET_TEXT_CHARS = 65_536  # of one with many
TRACKER_LINKS = 2500  # conversations that one tracker ticket is about

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

# --- jobs
JOB_LEASE = 15  # a job whose worker has died is taken over after this
JOB_ATTEMPTS = 10
JOBS_AT_ONCE = 32  # of each lane of one process: units of work, and what waits for somebody outside
JOB_POLL = 0.2
JOB_PAUSE, JOB_PAUSE_MAX = 1, 3600  # before the second attempt, doubled each time
JOB_DAYS = 7  # what is done or dropped is kept
JOB_PROBLEM_CHARS = 500  # of what an attempt failed of

# --- calls to the world outside, webhooks
CHANGES_PER_PAGE, CHANGES_PER_PAGE_MAX = 100, 1000
WEBHOOKS = 100  # of a workspace
WEBHOOK_ERRORS, WEBHOOK_PAUSE = 1000, 15 * 60  # so many in a row pause it for so long
URL_CHARS = 2048
FAN_OUT_BATCH = 50  # changes told to a webhook in one transaction
DELIVERY_SECONDS = 7 * 86_400  # for which it is tried
DELIVERY_PAUSE, DELIVERY_PAUSE_MAX = 10, 7200  # before the second attempt, doubled each time
DELIVERY_TOO_MANY_PAUSE = 60  # at least, after a 429
DELIVERY_DAYS = 30  # what is over is kept
REDACT_BATCH = 500  # deliveries that lose what they tell of a record, in one statement
FAN_OUT_PAUSE, FAN_OUT_PAUSE_MAX = 1, 300  # of a webhook that cannot be told, doubled each time
RETRY_AFTER_MAX = 86_400
ID_SECONDS_END = 2**32  # ids begin with the second in which they were made
OUTBOUND_SECONDS = 5
OUTBOUND_ANSWER_BYTES = 64 * 1024
OUTBOUND_CONNECTIONS, OUTBOUND_CONNECTIONS_PER_HOST = 100, 20
