"""The carrier's core: calls, conferences, messages, and the webhooks that report on them."""
