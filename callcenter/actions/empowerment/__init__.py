"""What may be given to put things right: rules, grants, budgets, approvals, requests."""
