"""The company's set-up: numbers, queues, skills, staff and their access."""
