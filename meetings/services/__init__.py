"""Every write of meetings: convening, the room, the records."""
