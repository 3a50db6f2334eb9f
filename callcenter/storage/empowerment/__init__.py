"""What may be granted, the grants, approvals, and budgets: one file per noun."""
