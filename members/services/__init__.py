"""Every write of members: sign-ins, duty, cases."""
