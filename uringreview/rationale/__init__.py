"""What the model said of a patch, and whether it is true."""
