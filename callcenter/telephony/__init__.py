"""Twilio voice: TwiML answers, commands on live calls, signatures. Only here sids have a meaning."""
