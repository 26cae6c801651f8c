"""Pages of documents: the gate of a link, the viewer, the gateway."""
