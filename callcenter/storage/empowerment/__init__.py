"""What may be given, what was given, who was asked, and the money it comes from: a file a noun."""
