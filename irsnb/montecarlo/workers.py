"""Where batches run: in this process, in several, or on a Dask cluster."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from irsnb import checks
from irsnb.montecarlo.content import code_digest

__all__ = []


@contextmanager
def workers(cluster, n_jobs: int | None) -> Iterator[None]:
    """Let joblib send its batches to a cluster while this lasts, if one is named.

    Parameters
    ----------
    cluster : str, distributed.Client, distributed.deploy.Cluster or None
        None stands for the environment variable ``IRSNB_CLUSTER`` where `n_jobs` is None as well.
    n_jobs : int or None
        A number of processes excludes a cluster.

    Raises
    ------
    ValueError
        If both are given, if no cluster answers, or if its workers have other code of irsnb.
    ImportError
        If ``distributed`` is not installed.
    """
    if cluster is not None and n_jobs is not None:
        raise ValueError(
            f"n_jobs: got {n_jobs!r} beside a cluster, which has its own number; leave one of them out"
        )
    if cluster is None and n_jobs is None:
        cluster = os.environ.get("IRSNB_CLUSTER") or None
    if cluster is None:
        yield
        return
    import joblib

    with _client(cluster) as client:
        ours = code_digest()
        for worker, theirs in client.run(code_digest).items():
            if theirs != ours:
                raise ValueError(
                    f"cluster: worker {worker} has other code of irsnb; install the same version there"
                )
        with joblib.parallel_config(backend="dask", client=client):
            yield


@contextmanager
def _client(cluster):
    try:
        from distributed import Client
        from distributed.deploy import Cluster
    except ImportError:
        raise checks.missing("distributed", "cluster") from None

    if isinstance(cluster, Client):
        yield cluster
        return
    if not isinstance(cluster, Cluster) and not (isinstance(cluster, str) and "://" in cluster):
        raise ValueError(
            f"cluster: got {cluster!r}; it must be an address such as 'tcp://10.0.0.5:8786', or a Client"
        )
    try:
        client = Client(cluster, set_as_default=False)
    except (OSError, ValueError) as error:
        raise ValueError(f"cluster: got {cluster!r}; no scheduler answers there: {error}") from None
    with client:
        yield client
