"""What the reviewer decides, kept safe, and the reply that goes out."""
