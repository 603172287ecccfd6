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
WITHOUT_401 = {"identifyAdmin", "ArchiveContact", "BlockContact", "UnarchiveContact"}


def expected(group: str, version: str) -> set[tuple[str, int]]:
    """What a walk through the group has to meet at a version."""
    pairs = {(id, status) for id, statuses in PAIRS[group].items() for status in statuses if is_available(id, version)}
    return pairs if at_least(version, "2.16") else pairs - NOT_BEFORE_2_16
