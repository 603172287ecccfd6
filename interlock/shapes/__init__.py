"""JSON forms that many resource groups embed, at the newest version."""
