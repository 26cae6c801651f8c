"""What pages are drawn from: a file itself, or the flat PDF made of it."""
