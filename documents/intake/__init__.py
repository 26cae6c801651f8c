"""What comes in: which files are taken, what they carry, and how much of it."""
