"""An object store for tests: moto's S3 service, as a process of its own on loopback. Run as a program it is that."""

from __future__ import annotations

import sys
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from conftest import BEGINS, background, wait_for

BUCKET = "shelf"


@dataclass(frozen=True, slots=True)
class Store:
    """Where it answers, and the variables that lead to it."""

    endpoint: str

    @property
    def settings(self) -> dict[str, str]:
        keys = {"AWS_ACCESS_KEY_ID": "ann", "AWS_SECRET_ACCESS_KEY": "secret", "AWS_REGION": "us-east-1"}
        return {**keys, "AWS_ENDPOINT_URL": self.endpoint}

    def refuse_after(self, requests: float) -> None:
        """From so many requests on it asks for credentials that somebody has, which are none."""
        self._ask("POST", "moto-api/reset-auth", str(requests).encode())

    def make_bucket(self, name: str) -> None:
        self._ask("PUT", name)

    def _ask(self, method: str, path: str, data: bytes | None = None) -> None:
        kind = {"Content-Type": "text/plain"}
        asked = urllib.request.Request(f"{self.endpoint}/{path}", data, kind, method=method)  # noqa: S310 - on loopback
        with urllib.request.urlopen(asked, timeout=BEGINS) as answer:  # noqa: S310 - as above
            assert answer.status == 200


@contextmanager
def store_in(place: Path) -> Iterator[Store]:
    """A store with one bucket."""
    port = place / "port"
    with background(sys.executable, __file__, port, env={}, log=place / "log") as process:
        wait_for(lambda: process.poll() is not None or port.exists(), BEGINS)
        assert process.poll() is None, (place / "log").read_text()
        store = Store(f"http://127.0.0.1:{port.read_text()}")
        store.make_bucket(BUCKET)
        yield store


def serve(port: Path) -> None:
    """Answers on a port that is free, and writes which it is."""
    from moto.moto_server.werkzeug_app import DomainDispatcherApplication, create_backend_app
    from werkzeug.serving import make_server

    server = make_server("127.0.0.1", 0, DomainDispatcherApplication(create_backend_app), threaded=True)
    made = port.with_suffix(".new")
    made.write_text(str(server.server_port))
    made.replace(port)
    server.serve_forever()


if __name__ == "__main__":
    serve(Path(sys.argv[1]))
