"""Messages to and from customers, with attachments."""
