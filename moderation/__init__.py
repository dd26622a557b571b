"""The domain: a personalization request in, an honest decision out. Plain values; no HTTP, no database.

    request -> reading -> detectors -> evidence -> policy -> decision

Start at ``pipeline.py``; every module before it is one noun of that line.
"""
