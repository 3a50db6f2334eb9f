"""Every write to the database, one file a noun. An action changes rows and records events; no outside calls.

Lock order: interaction, offer, agent. Searches for further work skip locked rows.
"""
