"""Tags, and what they are put on."""
