"""Messages to people: in the app and by e-mail."""
