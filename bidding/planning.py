"""Fresh statistics for the database's planner while one transaction fills tables: else it plans for empty ones."""

from django.db import connection

TABLES = ("bidding_bankline", "bidding_journal", "bidding_posting")


def tables_analysed() -> None:
    """Let PostgreSQL look at the tables of the books as this transaction sees them; nothing elsewhere.

    Without it the planner takes an account's rows one by one for every batch of a large file, which is quadratic. The
    lock it takes holds up nothing but another such look until the transaction ends.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            for table in TABLES:
                cursor.execute(f"ANALYZE {table}")
