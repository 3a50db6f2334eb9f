"""Shared by all pages: errors, headers, page context, sign-in, live updates, health."""
