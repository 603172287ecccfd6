"""The words that conversations are stored and shown with."""

from __future__ import annotations

OPEN, CLOSED, SNOOZED = "open", "closed", "snoozed"
STATES = (OPEN, CLOSED, SNOOZED)
PRIORITIES = ("none", "low", "medium", "high", "urgent")

# --- types of parts, as far as sources name them
COMMENT, NOTE, QUICK_REPLY = "comment", "note", "quick_reply"
CLOSE, SNOOZE, ASSIGNMENT = "close", "snoozed", "assignment"
REOPEN = OPEN  # of a contact's reply to a closed conversation, too: then it has a body
TIMER_UNSNOOZE = "timer_unsnooze"
ASSIGN_AND_REOPEN = "assign_and_reopen"
PARTICIPANT_ADDED, PARTICIPANT_REMOVED = "participant_added", "participant_removed"
ATTRIBUTE_UPDATED = "conversation_attribute_updated_by_admin"
PRIORITY_CHANGED = "priority_changed"
MERGED_PRIMARY, MERGED_SECONDARY = "merged_primary_conversation", "merged_secondary_conversation"

DELETED_BODY = "<p><i>This message was deleted</i></p>"
"""What a redacted message says. Source: the example of redactConversation."""

# --- how a conversation began
CUSTOMER_INITIATED, ADMIN_INITIATED = "customer_initiated", "admin_initiated"
IN_APP, EMAIL = "conversation", "email"
CHANNELS = {IN_APP: "messenger", EMAIL: "email"}

RATED_BY = "conversation_rating.contact_id"
"""Who rated a conversation, in its details: search reads it under the same name."""

COPIED_FROM, CROSS_POSTED = "copied_from", "cross_posted"
"""In the details of a note: of which one it is a copy, and that it has copies."""

UNSNOOZE, UNSNOOZE_TICKET = "unsnooze", "unsnooze_ticket"
"""The kinds of the timers that end a snooze; the key is the id of the thread."""
