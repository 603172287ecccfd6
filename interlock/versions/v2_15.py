"""What 2.15 changed. That webhooks send plain text since is behaviour: `behaviour.py`."""

from __future__ import annotations

from interlock.versions.change import Body, Change, without

_OUTCOMES = {
    "escalated": "routed_to_team",
    "procedure_handoff": "routed_to_team",
    "negative_feedback": "abandoned",
}


def _outcomes_of_before(conversation: Body) -> None:
    agent = conversation.get("ai_agent")
    if type(agent) is dict and agent.get("resolution_state") in _OUTCOMES:
        agent["resolution_state"] = _OUTCOMES[agent["resolution_state"]]


CHANGES: list[Change] = [
    Change("conversation company was added", answers={"conversation": without("company")}),
    Change("the agent's outcomes have other names", answers={"conversation": _outcomes_of_before}),
]
