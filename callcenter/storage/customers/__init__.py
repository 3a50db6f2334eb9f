"""Customers, their organisations and addresses."""
