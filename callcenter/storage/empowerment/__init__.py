"""Rule books, grants, approvals and budgets: one file per noun."""
