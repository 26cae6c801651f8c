"""How a paper reaches its reader: pages, copies and packets, each asked for anew."""
