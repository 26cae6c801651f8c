"""The demo municipality: content, loader, and the pages only the demo has."""
