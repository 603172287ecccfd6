"""Tells webhooks what happened: from the stamped changes to signed requests."""
