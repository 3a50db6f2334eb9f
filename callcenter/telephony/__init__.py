"""Twilio voice. Only here sids have a meaning."""
