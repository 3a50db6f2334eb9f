"""The card of a customer."""
