"""The company's setup: numbers, queues, skills, staff and their access."""
