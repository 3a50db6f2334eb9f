"""The router's queries: waiting interactions, agents on duty, and open offers."""
