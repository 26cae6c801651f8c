"""What became of papers: who had them, which versions there were, who still owes."""
