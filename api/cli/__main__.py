"""``python -m api.cli`` is the ``moderation`` command."""

from api.cli.app import main

main()
