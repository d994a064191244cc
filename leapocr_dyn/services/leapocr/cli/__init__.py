"""What LeapOCR adds to the command line."""
