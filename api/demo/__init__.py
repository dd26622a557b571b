"""A believable shop for a first look: ``moderation demo`` seeds it, ``--serve`` opens it."""
