"""Sittings: dates, agenda, invitations, the room, live minutes, confirmation."""
