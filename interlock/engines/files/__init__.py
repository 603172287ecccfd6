"""What is to be done about files when nobody waits for it."""
