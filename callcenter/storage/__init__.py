"""PostgreSQL: rows and their queries, one file per noun."""
