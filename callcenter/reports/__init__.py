"""Queries shared by pages, API and clock: rows in, values out. Read-only."""
