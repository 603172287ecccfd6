"""Mail leaves the house: by the mail server that is set, or into a folder."""
