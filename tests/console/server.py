"""The server that the browser tests talk to: the real application, without detectors, in a process of its own.

The cases under test are written straight into its database, so nothing has to be detected.
"""

import sys

import uvicorn

from api.main import create_app
from api.settings import Settings
from moderation.pipeline import Pipeline
from moderation.policy import load_policies

if __name__ == "__main__":
    app = create_app(Settings(), Pipeline((), load_policies(), {}))
    uvicorn.run(app, port=int(sys.argv[1]), log_level="warning", timeout_graceful_shutdown=2)
