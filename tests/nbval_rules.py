"""How notebooks and tests run: what nbval compares, and who runs beside whom."""

import pytest
from nbval.plugin import IPyNbFile
from xdist.scheduler import LoadFileScheduling

NOT_COMPARED = ("image/svg+xml", "stderr")
"""Text, tables and ledger rows are compared strictly; images and progress bars are not."""

SINGLY = "test_teeth.py"
"""Each planted bug runs a notebook of its own, so that none need wait for the others of its file."""


def pytest_collectstart(collector):
    """Called by pytest before a notebook's cells are gathered."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare = (*collector.skip_compare, *NOT_COMPARED)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Called by pytest with all tests: what takes long comes first, so that all processes end together."""
    items.sort(key=lambda item: (item.path.name != SINGLY, item.path.suffix != ".ipynb"))


def pytest_xdist_make_scheduler(config, log):
    """Called by xdist: who hands out the tests."""
    return Scheduling(config, log)


class Scheduling(LoadFileScheduling):
    """A file's tests stay in one process, in their order; planted bugs go one by one."""

    def _split_scope(self, nodeid):
        file = super()._split_scope(nodeid)
        return nodeid if file.endswith(SINGLY) else file
