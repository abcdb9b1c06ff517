"""What the bot keeps, one file per aggregate. Beside the library's tables, in the same database."""

from pathlib import Path

MIGRATIONS = Path(__file__).parent / "migrations"
VERSION_TABLE = "chat_version"
