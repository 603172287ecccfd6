"""Everything that is served: each resource group, one line."""

from __future__ import annotations

from interlock.resources.admins import activity as admin_activity
from interlock.resources.admins import extensions as admin_extensions
from interlock.resources.admins import operations as admins
from interlock.resources.attributes import operations as attributes
from interlock.resources.away_status_reasons import operations as away_status_reasons
from interlock.resources.background_jobs import operations as background_jobs
from interlock.resources.changes import operations as changes
from interlock.resources.companies import operations as companies
from interlock.resources.contacts import operations as contacts
from interlock.resources.conversation_attributes import operations as conversation_attributes
from interlock.resources.conversations import extensions as conversation_extensions
from interlock.resources.conversations import operations as conversations
from interlock.resources.conversations import talking as conversations_talking
from interlock.resources.custom_object_instances import extensions as instance_extensions
from interlock.resources.custom_object_instances import operations as custom_object_instances
from interlock.resources.data_attributes import operations as data_attributes
from interlock.resources.data_events import operations as data_events
from interlock.resources.files import operations as files
from interlock.resources.jobs import operations as jobs
from interlock.resources.limits import operations as limits
from interlock.resources.messages import operations as messages
from interlock.resources.notes import operations as notes
from interlock.resources.object_types import operations as object_types
from interlock.resources.schema import operations as schema
from interlock.resources.segments import extensions as segment_extensions
from interlock.resources.segments import operations as segments
from interlock.resources.subscription_types import operations as subscription_types
from interlock.resources.tags import operations as tags
from interlock.resources.teams import operations as teams
from interlock.resources.ticket_states import operations as ticket_states
from interlock.resources.ticket_type_attributes import operations as ticket_type_attributes
from interlock.resources.ticket_types import operations as ticket_types
from interlock.resources.tickets import operations as tickets
from interlock.resources.visitors import operations as visitors
from interlock.resources.webhooks import operations as webhooks
from interlock.rest.operation import Operation

OPERATIONS: list[Operation] = [
    *admins.OPERATIONS,
    *admin_activity.OPERATIONS,
    *admin_extensions.OPERATIONS,
    *away_status_reasons.OPERATIONS,
    *teams.OPERATIONS,
    *background_jobs.OPERATIONS,
    *changes.OPERATIONS,
    *companies.OPERATIONS,
    *contacts.OPERATIONS,
    *conversation_attributes.OPERATIONS,
    *conversations.OPERATIONS,
    *conversations_talking.OPERATIONS,
    *conversation_extensions.OPERATIONS,
    *custom_object_instances.OPERATIONS,
    *instance_extensions.OPERATIONS,
    *data_attributes.OPERATIONS,
    *data_events.OPERATIONS,
    *object_types.OPERATIONS,
    *attributes.OPERATIONS,
    *messages.OPERATIONS,
    *files.OPERATIONS,
    *limits.OPERATIONS,
    *schema.OPERATIONS,
    *segments.OPERATIONS,
    *segment_extensions.OPERATIONS,
    *tags.OPERATIONS,
    *notes.OPERATIONS,
    *subscription_types.OPERATIONS,
    *visitors.OPERATIONS,
    *webhooks.OPERATIONS,
    *jobs.OPERATIONS,
    *ticket_states.OPERATIONS,
    *ticket_type_attributes.OPERATIONS,
    *ticket_types.OPERATIONS,
    *tickets.OPERATIONS,
]
