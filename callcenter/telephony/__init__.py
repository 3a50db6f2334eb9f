"""Twilio's voice: answers as TwiML, commands on live calls, signatures. Only here sids have a meaning."""
