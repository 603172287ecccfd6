"""Every operation of Intercom's that is served, with each status that Intercom's description of 2.16 has for it.

In groups as the tests walk through them: each test asserts that it has met its own.
"""

from __future__ import annotations

from interlock.versions.availability import at_least, is_available

PAIRS: dict[str, dict[str, tuple[int, ...]]] = {
    "admins": {
        "identifyAdmin": (200,),
        "listAdmins": (200,),
        "retrieveAdmin": (200, 404),
    },
    "companies": {
        "retrieveCompany": (200, 404),
        "createOrUpdateCompany": (200, 400),
        "listAllCompanies": (200,),
        "scrollOverAllCompanies": (200,),
        "deleteCompany": (200, 404),
        "RetrieveACompanyById": (200, 404),
        "UpdateCompany": (200, 404),
    },
    "people of companies": {
        "ListAttachedContacts": (200, 404),
        "attachContactToACompany": (200, 400, 404),
        "detachContactFromACompany": (200, 404),
        "listCompaniesForAContact": (200, 404),
    },
    "contacts": {
        "ListContacts": (200,),
        "CreateContact": (200,),
        "ShowContactByExternalId": (200,),
        "SearchContacts": (200, 400),
        "DeleteContact": (200,),
        "ShowContact": (200,),
        "UpdateContact": (200,),
        "ArchiveContact": (200,),
        "BlockContact": (200,),
        "UnarchiveContact": (200,),
    },
    "merging": {
        "MergeContact": (200, 400),
        "ShowContact": (410,),
        "ShowContactByExternalId": (410,),
        "ListContactMergeHistory": (200, 404),
    },
    "custom object instances": {
        "createCustomObjectInstances": (200, 404),
        "listCustomObjectInstances": (200, 404),
        "getCustomObjectInstancesById": (200, 404),
        "deleteCustomObjectInstancesById": (200, 404),
        "deleteCustomObjectInstancesByExternalId": (200, 404),
    },
    "data attributes": {
        "lisDataAttributes": (200, 422),
        "createDataAttribute": (200, 400),
        "updateDataAttribute": (200, 400, 404, 422),
    },
    "conversations": {
        "listConversations": (200,),
        "createConversation": (200, 404),
        "listDeletedConversationIds": (200, 400),
        "searchConversations": (200,),
        "deleteConversation": (200,),
        "retrieveConversation": (200, 404),
        "updateConversation": (200, 404),
        "attachContactToConversation": (200, 404),
        "detachContactFromConversation": (200, 404, 422),
    },
    "what is said": {
        "replyConversation": (200, 404),
        "manageConversation": (200, 404),
        "redactConversation": (200, 404),
        "listHandlingEvents": (200, 404),
        "mergeConversation": (200, 400, 403, 422),
        "listSideConversations": (200, 404),
    },
    "conversation attributes": {
        "listConversationAttributes": (200,),
        "createConversationAttribute": (200, 422),
        "deleteConversationAttribute": (200, 404),
        "getConversationAttribute": (200, 404),
        "updateConversationAttribute": (200, 404),
        "createConversationAttributeOption": (200, 404, 422),
        "deleteConversationAttributeOption": (200, 404, 422),
        "updateConversationAttributeOption": (200, 404, 422),
    },
    "ticket types": {
        "listTicketTypes": (200,),
        "createTicketType": (200,),
        "getTicketType": (200,),
        "updateTicketType": (200,),
        "createTicketTypeAttribute": (200,),
        "updateTicketTypeAttribute": (200,),
        "listTicketStates": (200,),
    },
    "tickets": {
        "createTicket": (200,),
        "searchTickets": (200,),
        "deleteTicket": (200, 404),
        "getTicket": (200,),
        "updateTicket": (200, 400, 404),
        "replyTicket": (200, 400, 404),
        "convertConversationToTicket": (200, 400),
    },
    "tickets of other types": {
        "changeTicketType": (200, 400, 404),
        "linkConversationToTicket": (200, 400, 404),
        "unlinkConversationFromTicket": (200, 400, 404),
        "enqueueCreateTicket": (200, 400),
        "jobsStatus": (200, 404),
    },
    "tags": {
        "listTags": (200,),
        "createTag": (200, 400),
        "deleteTag": (200, 400, 404),
        "findTag": (200, 404),
        "attachTagToContact": (200, 404),
        "detachTagFromContact": (200, 404),
        "listTagsForAContact": (200, 404),
        "attachTagToConversation": (200, 404),
        "detachTagFromConversation": (200, 404),
        "attachTagToTicket": (200, 404),
        "detachTagFromTicket": (200, 404),
    },
    "notes": {
        "listCompanyNotes": (200, 404),
        "createCompanyNote": (200, 404),
        "listNotes": (200, 404),
        "createNote": (200, 404),
        "retrieveNote": (200, 404),
    },
    "subscription types": {
        "listSubscriptionTypes": (200,),
        "attachSubscriptionTypeToContact": (200, 404),
        "detachSubscriptionTypeToContact": (200, 404),
        "listSubscriptionsForAContact": (200, 404),
    },
    "segments": {
        "listSegments": (200,),
        "retrieveSegment": (200, 404),
        "listSegmentsForAContact": (200, 404),
        "ListAttachedSegmentsForCompanies": (200, 404),
    },
    "data events": {
        "lisDataEvents": (200,),
        "createDataEvent": (202,),
        "dataEventSummaries": (200,),
    },
    "visitors": {
        "retrieveVisitorWithUserId": (200, 404),
        "updateVisitor": (200, 404),
        "convertVisitor": (200,),
    },
    "messages": {
        "createMessage": (200, 400, 422),
        "getWhatsAppMessageStatus": (200, 400),
    },
    "staff": {
        "setAwayAdmin": (200, 400, 404),
        "listAwayStatusReasons": (200,),
        "listTeams": (200,),
        "retrieveTeam": (200, 404),
        "getTeamMetrics": (200, 404),
        "listActivityLogEventTypes": (200,),
        "listActivityLogs": (200,),
        "searchActivityLogs": (200,),
    },
}

NOT_BEFORE_2_16 = {
    ("ShowContact", 410),
    ("ShowContactByExternalId", 410),
    ("MergeContact", 400),
    ("SearchContacts", 400),
    ("lisDataAttributes", 422),
}

IDS = {id for group in PAIRS.values() for id in group}

# They answer 401 as the others do; the description leaves it out.
WITHOUT_401 = {
    *("identifyAdmin", "ArchiveContact", "BlockContact", "UnarchiveContact"),
    *("searchConversations", "convertConversationToTicket", "searchTickets"),
    *("listCompanyNotes", "listNotes", "createNote"),
}

# What no version before has, of operations that they have.
NOT_BEFORE = {("setAwayAdmin", 400): "2.14", ("updateTicket", 400): "2.13"}
ONLY_BEFORE_2_16 = {("createTag", 404)}


def expected(group: str, version: str) -> set[tuple[str, int]]:
    """What a walk through the group has to meet at a version."""
    pairs = {(id, status) for id, statuses in PAIRS[group].items() for status in statuses if is_available(id, version)}
    pairs -= {pair for pair, first in NOT_BEFORE.items() if not at_least(version, first)}
    if at_least(version, "2.16"):
        return pairs
    older = {(id, status) for id, status in ONLY_BEFORE_2_16 if id in PAIRS[group]}
    return (pairs - NOT_BEFORE_2_16) | older
