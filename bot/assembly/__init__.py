"""What is put together of settings and services for the parts that stand above them."""
