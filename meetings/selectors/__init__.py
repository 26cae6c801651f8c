"""What a person may see of meetings, in a fixed number of queries per page."""
