"""GET from this machine with a short deadline and past any proxy."""

import http.client
import json
from dataclasses import dataclass

from stack.settings import ADDRESS

SECONDS = 1.5


@dataclass
class Answer:
    status: int
    text: str

    def json(self):
        """The body, or nothing when it is not JSON."""
        try:
            return json.loads(self.text)
        except ValueError:
            return None


def get(port, path, headers=None):
    """Nothing when there is no whole answer in time."""
    connection = http.client.HTTPConnection(ADDRESS, port, timeout=SECONDS)
    try:
        connection.request("GET", path, headers={"Connection": "close"} | (headers or {}))
        response = connection.getresponse()
        return Answer(response.status, response.read().decode("utf-8", "replace"))
    except (OSError, http.client.HTTPException):
        return None
    finally:
        connection.close()
