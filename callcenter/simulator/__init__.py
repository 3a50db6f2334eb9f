"""The pretended telephone company: a program of its own that speaks Twilio's protocol.

It imports nothing of the rest of the house, and nothing of the house imports it.
"""
