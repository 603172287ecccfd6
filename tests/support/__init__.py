"""What tests need besides the server itself. Nothing here holds a test."""
