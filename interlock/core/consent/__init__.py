"""Subscription types, and what each contact has consented to."""
