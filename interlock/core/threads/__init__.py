"""Conversations and tickets: what is said, by whom, and what state it leaves things in."""
