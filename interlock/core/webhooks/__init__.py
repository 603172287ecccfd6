"""Who is told of changes outside: webhooks, what they hear of, and each delivery."""
