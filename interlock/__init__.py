"""Interlock: a self-hosted customer-data platform that speaks Intercom's own API."""

__version__ = "0.1.0"
