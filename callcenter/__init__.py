"""A contact centre that puts the customer in the middle."""
