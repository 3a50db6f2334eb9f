"""The router's queries: who waits, who is on duty, and the open offers."""
