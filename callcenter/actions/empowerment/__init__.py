"""Compensation for customers: rules, grants, budgets, approvals, requests to departments."""
