"""Live minutes: durable before visible, followed by exactly those admitted."""
