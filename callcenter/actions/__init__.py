"""Every write, a file a noun. An action takes the work, changes rows, records what happened, and knows no outside.

Locks are taken in one order: interaction, then offer, then agent. Looking for more work skips what others hold.
"""
