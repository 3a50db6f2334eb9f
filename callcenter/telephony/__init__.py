"""Twilio's voice: answers as TwiML, commands on live calls, signatures. Nothing above knows a sid's meaning."""
