"""The attributes that people and companies have by themselves, as GET /data_attributes lists them.

Sources: attributes.md 8 and 9 for what there is and what may be written; the example of GET /data_attributes for the
labels, order, types and flags of companies; a public record of the older API's answer for the labels of people and
for what teammates may edit. `messenger_writable` tells whether an attribute is protected, and only custom ones can
be, so it is true throughout, even for ids.
"""

from __future__ import annotations

from dataclasses import dataclass

from interlock.core.attributes.definition import COMPANY, CONTACT, CONVERSATION, TICKET


@dataclass(frozen=True, slots=True)
class StandardAttribute:
    """One of them. `full_name` is the path to the value in the record's JSON, `data_type` the REST API's word."""

    model: str
    full_name: str
    data_type: str
    label: str
    description: str
    api_writable: bool = False
    ui_writable: bool = False
    messenger_writable: bool = True
    options: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        return self.full_name.rpartition(".")[2]


def _person(
    full_name: str, data_type: str, label: str, description: str, api_writable: bool = False, ui_writable: bool = False
) -> StandardAttribute:
    return StandardAttribute(CONTACT, full_name, data_type, label, description, api_writable, ui_writable)


def _company(
    full_name: str, data_type: str, label: str, description: str, api_writable: bool = False
) -> StandardAttribute:
    return StandardAttribute(COMPANY, full_name, data_type, label, description, api_writable)


# fmt: off
_PEOPLE = (
    _person("name", "string", "Name", "What the person is called", api_writable=True, ui_writable=True),
    _person("owner_id", "string", "Owner", "The teammate who looks after the person", api_writable=True),
    _person("email", "string", "Email", "Where mail to the person goes", api_writable=True, ui_writable=True),
    _person("email_domain", "string", "Email domain", "What follows the @ in the person's email"),
    _person("phone", "string", "Phone", "The number the person is called at", api_writable=True, ui_writable=True),
    _person("external_id", "string", "User ID", "The person's id in your own system", api_writable=True),
    _person("id", "string", "ID", "The id that the person was given here"),
    _person("workspace_id", "string", "Workspace ID", "The workspace the person belongs to"),
    StandardAttribute(CONTACT, "role", "string", "Role", "Whether the person has signed up (user) or not yet (lead)",
                      api_writable=True, options=("user", "lead")),
    _person("avatar.image_url", "string", "Avatar image url", "Where the person's picture is", api_writable=True),
    _person("created_at", "date", "First seen", "When the person was first known here"),
    _person("updated_at", "date", "Updated at", "When anything about the person last changed"),
    _person("signed_up_at", "date", "Signed up", "When the person signed up for your product", api_writable=True),
    _person("last_seen_at", "date", "Last seen", "When the person last used your site or app", api_writable=True),
    _person("last_contacted_at", "date", "Last contacted", "When the person was last sent a message"),
    _person("last_replied_at", "date", "Last heard from", "When the person last wrote"),
    _person("last_email_opened_at", "date", "Last opened email", "When the person last opened a mail"),
    _person("last_email_clicked_at", "date", "Last clicked on link in email", "When the person last followed a link"),
    _person("unsubscribed_from_emails", "boolean", "Unsubscribed from Emails", "Wants no more mail", api_writable=True),
    _person("marked_email_as_spam", "boolean", "Marked email as spam", "Has called one of your mails spam"),
    _person("has_hard_bounced", "boolean", "Has hard bounced", "Mail to the person came back for good"),
    _person("language_override", "string", "Language override", "The language to speak, whatever the browser says",
            api_writable=True),
    _person("browser", "string", "Browser", "The browser the person last used"),
    _person("browser_version", "string", "Browser version", "The version of that browser"),
    _person("browser_language", "string", "Browser language", "The language that browser asks for"),
    _person("os", "string", "OS", "The operating system the person last used"),
    _person("location.country", "string", "Country", "The country of the person's address on the network"),
    _person("location.region", "string", "Region", "The state or province of the person's address on the network"),
    _person("location.city", "string", "City", "The city of the person's address on the network"),
    _person("location.country_code", "string", "Country code", "The letters that stand for that country"),
    _person("location.continent_code", "string", "Continent code", "The letters that stand for its continent"),
    _person("referrer", "string", "Referral URL", "The page from which the person came to yours"),
    _person("utm_campaign", "string", "UTM Campaign", "The campaign that brought the person"),
    _person("utm_content", "string", "UTM Content", "The part of that campaign that was clicked"),
    _person("utm_medium", "string", "UTM Medium", "The sort of channel that campaign ran in"),
    _person("utm_source", "string", "UTM Source", "The site or letter that campaign ran in"),
    _person("utm_term", "string", "UTM Term", "The word that was searched for"),
    *(
        _person(f"{platform}_{name}", data_type, f"{label} {of}", f"{description} on {label}")
        for platform, label in (("android", "Android"), ("ios", "iOS"))
        for name, data_type, of, description in (
            ("app_name", "string", "app name", "The app of yours that the person uses"),
            ("app_version", "string", "app version", "The version of your app"),
            ("device", "string", "device", "The person's device"),
            ("os_version", "string", "OS version", "The version of the operating system"),
            ("sdk_version", "string", "SDK version", "The version of the Messenger's library"),
            ("last_seen_at", "date", "last seen", "When the person last used your app"),
        )
    ),
)

_COMPANIES = (
    _company("name", "string", "Company name", "What the company is called", api_writable=True),
    _company("company_id", "string", "Company ID", "The company's id in your own system"),
    _company("last_request_at", "date", "Company last seen", "When somebody of the company last used your product"),
    _company("remote_created_at", "date", "Company created at", "When the company became your customer",
             api_writable=True),
    _company("user_count", "integer", "People", "How many people belong to the company"),
    _company("session_count", "integer", "Company web sessions", "How often its people have used your product"),
    _company("plan.name", "string", "Plan", "What the company is subscribed to"),
    _company("monthly_spend", "float", "Monthly Spend", "What the company pays you in a month", api_writable=True),
    _company("size", "integer", "Company size", "How many people work there", api_writable=True),
    _company("industry", "string", "Company industry", "The trade the company is in", api_writable=True),
    _company("website", "string", "Company website", "Where the company is on the web", api_writable=True),
    _company("id", "string", "ID", "The id that the company was given here"),
    _company("created_at", "date", "Created at", "When the company was first known here"),
    _company("updated_at", "date", "Updated at", "When anything about the company last changed"),
    _company("plan.id", "string", "Plan ID", "The id that the plan was given here"),
    _company("app_id", "string", "App ID", "The workspace the company belongs to"),
)
# fmt: on

STANDARD: dict[str, tuple[StandardAttribute, ...]] = {CONTACT: _PEOPLE, COMPANY: _COMPANIES}
"""By kind, in the order in which they are listed."""


def _heads(attributes: tuple[StandardAttribute, ...]) -> frozenset[str]:
    """The keys at the top of the record's JSON. `city` is free, since the standard one is `location.city`."""
    return frozenset(one.full_name.partition(".")[0] for one in attributes)


STANDARD_NAMES: dict[str, frozenset[str]] = {
    CONTACT: _heads(_PEOPLE)
    | {"custom_attributes", "social_profiles", "tags", "notes", "companies", "merge_history", "email_verified"}
    | {"opted_in_subscription_types", "opted_out_subscription_types", "enabled_push_messaging", "formatted_phone"},
    COMPANY: _heads(_COMPANIES) | {"custom_attributes", "tags", "segments", "notes"},
    CONVERSATION: frozenset(),  # its attributes have an object of their own, and names of their own rules
    TICKET: frozenset({"_default_title_", "_default_description_"}),
}
"""The names that custom attributes may not take, for the kinds that have names."""

INSTANCE_NAMES = frozenset(
    {"id", "type", "external_id", "external_created_at", "external_updated_at", "created_at", "updated_at"}
    | {"custom_attributes"}
)
"""The same for every object type. Source: custom_objects.md 2."""


def reserved_names(kind: str) -> frozenset[str]:
    return STANDARD_NAMES.get(kind, INSTANCE_NAMES)
