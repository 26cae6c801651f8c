"""Every write of documents: links and codes, papers and their releases."""
