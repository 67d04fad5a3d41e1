"""What nbval compares: text, tables and ledger rows, strictly; not images, not progress bars."""

from nbval.plugin import IPyNbFile

NOT_COMPARED = ("image/svg+xml", "stderr")


def pytest_collectstart(collector):
    """Called by pytest before a notebook's cells are gathered."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare = (*collector.skip_compare, *NOT_COMPARED)
