"""What the product can do, measured beside named peers. Nothing here is a test."""
