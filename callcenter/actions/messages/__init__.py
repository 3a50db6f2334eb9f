"""What is written to customers and by them."""
