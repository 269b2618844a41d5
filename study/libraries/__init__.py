"""The libraries that are measured, and the tables made of them."""
