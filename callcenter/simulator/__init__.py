"""The carrier simulator: a separate program that speaks Twilio's protocol.

It imports nothing from the rest of callcenter, and callcenter imports nothing from it."""
