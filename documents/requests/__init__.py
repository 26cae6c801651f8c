"""Co-operation requests: their rows and the words of their mails."""
