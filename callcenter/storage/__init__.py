"""PostgreSQL: rows and the questions asked of them, a file a noun."""
