"""Sends one file to whoever asks, and nothing else: ``bare_server.py FILE PORT``."""

import sys
from pathlib import Path
from typing import Any

import uvicorn

COPY_SIZE = 256 * 1024


def serve_bare(file: Path, port: int) -> None:
    """Send ``file`` to whoever asks, and do nothing else."""

    async def bare(scope: dict[str, Any], receive: Any, send: Any) -> None:
        length = str(file.stat().st_size).encode()
        head = {"status": 200, "headers": [(b"content-length", length)]}
        await send({"type": "http.response.start", **head})
        with file.open("rb") as sealed:
            while chunk := sealed.read(COPY_SIZE):
                body = {"body": chunk, "more_body": True}
                await send({"type": "http.response.body", **body})
        await send({"type": "http.response.body", "body": b""})

    uvicorn.run(bare, host="127.0.0.1", port=port, log_level="error", lifespan="off")


if __name__ == "__main__":
    serve_bare(Path(sys.argv[1]), int(sys.argv[2]))
