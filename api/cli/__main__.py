"""``python -m api.cli`` is the ``moderation`` command."""

from api.cli import main

main()
