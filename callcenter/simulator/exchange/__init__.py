"""What happens inside the telephone company: calls, conferences, messages, and the webhooks that tell of them."""
