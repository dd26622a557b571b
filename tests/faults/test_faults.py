"""What an operator meets sooner or later: a full disk, a file that refuses, a database that is away or slow, a wrong clock,
a damaged page, an order to stop. Each with a real server; nothing is ever approved that was not stored, and all of it heals.
"""

import contextlib
import os
import resource
import signal
import sqlite3
import sys
import threading
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import httpx
import pytest
from sqlmodel import func, select

from api.customers import merchants
from api.errors import StartRefused
from api.storage.backup import restore_database, write_backup
from api.storage.damage import look_for_damage
from api.storage.tables import IdempotencyKey, Screening
from tests.conftest import PostgresServer, find_free_port
from tests.delivery.receiver import wait_until
from tests.faults import servers
from tests.faults.conftest import Process, Site
