"""How notebooks are tested: how outputs are compared, what comes first (``pytest -p tests.nbval_rules``)."""

import pytest
from nbval.plugin import IPyNbCell, IPyNbFile

NOT_COMPARED = ("image/svg+xml", "stderr")
"""Text, tables and ledger rows are compared; images and progress bars are not."""


def pytest_configure():
    """Called by pytest before anything is collected, and after it has put tools/ and tests/ on the path."""
    from compare import line_up_outputs

    compare_exactly = IPyNbCell.compare_outputs

    def compare_outputs(cell, test, ref, skip_compare=None):
        """What nbval asks of each cell: it compares letter by letter, once the numbers are lined up."""
        return compare_exactly(cell, *line_up_outputs(test, ref), skip_compare)

    IPyNbCell.compare_outputs = compare_outputs


def pytest_collectstart(collector):
    """Called by pytest before a notebook's cells are gathered."""
    if isinstance(collector, IPyNbFile):
        collector.skip_compare = (*collector.skip_compare, *NOT_COMPARED)


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items):
    """Called by pytest with all tests: what takes long comes first, so that all processes end together."""
    from notebooks import stated_seconds

    items.sort(key=lambda item: -stated_seconds(item.path) if item.path.suffix == ".ipynb" else 1)
