"""The networks of Surendran et al. (2025), what they learn from, and one on crops of the spectrum; Keras 3.

Scenes are split, never snapshots: a scene is a set of users with its channels, and all its examples stay on
one side. joblib, scikit-learn and Keras are loaded on first use.
"""

from dataclasses import dataclass

import numpy as np

from irsnb.checks import complex_array, real_array
from irsnb.hybrid.model import (
    N_SNAPSHOTS,
    PAPER_NOISE,
    checked_count,
    checked_users,
    draw_covariance,
    path_channels,
    signal_covariance,
    to_cosines,
)
from irsnb.hybrid.music import (
    checked_sources,
    find_directions,
    paper_grid,
    peaks,
    pseudospectrum,
    range_spectrum,
    smooth,
)
from irsnb.hybrid.refinement import whose
from irsnb.hybrid.scenario import polar
from irsnb.training import fit, load_keras, standard_scaler

HEADS = ("pool", "flatten")
"""Readings of RefineNet's flattened feature maps.

The mean of each map, which makes some 15,000 parameters, or every value of it.
"""
FILTERS, KERNEL, DENSE, L2, DROPOUT = (16, 32), 5, 64, 0.01, 0.5
"""RefineNet, section 3.2.1."""
RATE, BATCH, EPOCHS, FOLDS = 1e-4, 4, 20, 5
"""Its training, section 4.2."""
SPARSITY, ELEMENT_BATCH, ELEMENT_RATE = 0.1, 8, 1e-3
"""ElementNet's weight of the 1-norm and its training, section 4.2; Keras' rate is the default one."""
CROP = 11
"""Points of the paper's grid along each side of a crop."""


@dataclass(frozen=True, eq=False)
class Examples:
    """Spectra with their truth; made by :func:`make_examples`. Users stand by rising azimuth.

    Attributes
    ----------
    spectra : ndarray of float32, shape (n, E, A)
        MUSIC pseudospectra on the paper's grid.
    coarse : ndarray, shape (n, K, 2)
        Azimuth and elevation of their K highest peaks, by rising azimuth [rad]; NaN for none.
    scans : ndarray of float32, shape (n, K, R)
        Range spectra in these directions.
    truth : ndarray, shape (n, K, 3)
        Azimuth, elevation [rad], distance [m].
    covariance : ndarray of complex, shape (n, M, M)
        Of the whole array, not smoothed.
    scene : ndarray of int, shape (n,)
        Which scene each belongs to: the groups of every split.
    distances : ndarray, shape (R,)
        Points of the range scans [m].
    """

    spectra: np.ndarray
    coarse: np.ndarray
    scans: np.ndarray
    truth: np.ndarray
    covariance: np.ndarray
    scene: np.ndarray
    distances: np.ndarray

    def __len__(self):
        return len(self.scene)


def street_scenes(scenario, n_scenes, rng, rows=(1, 10), columns=(1, 15), first=None, n_users=4):
    """Sets of users of a street, no user in two of them.

    Parameters
    ----------
    scenario : irsnb.hybrid.Scenario
    n_scenes : int
    rng : numpy.random.Generator
    rows, columns : (int, int)
        First and last from which users are taken, on the scenario's grid. The paper's rows are 1 to 10; its
        columns are 1 to 10, but one of its users stands in column 15.
    first : array_like of int, shape (K,), optional
        The users of the first scene, such as the paper's; drawn like the others if left out.
    n_users : int
        K.

    Returns
    -------
    ndarray of int, shape (n_scenes, K)
        Users of each, by rising azimuth.

    Raises
    ------
    ValueError
        If so many different users do not stand there.
    """
    count, n_users = checked_count("n_scenes", n_scenes), checked_count("n_users", n_users)
    there = (scenario.rows >= rows[0]) & (scenario.rows <= rows[1])
    there &= (scenario.columns >= columns[0]) & (scenario.columns <= columns[1])
    first = np.empty(0, dtype=int) if first is None else np.asarray(first)
    if len(first) not in (0, n_users):
        raise ValueError(f"first: got {len(first)} users; a scene has {n_users}")
    users = np.flatnonzero(there)
    users = np.concatenate([first, rng.permutation(np.setdiff1d(users, first))])
    if len(users) < count * n_users:
        raise ValueError(
            f"n_scenes: got {n_scenes}; {len(users)} users stand in rows {rows[0]} to {rows[1]} and columns "
            f"{columns[0]} to {columns[1]}, enough for {len(users) // n_users} scenes of {n_users}"
        )
    scenes = users[: count * n_users].reshape(count, n_users)
    azimuth = polar(scenario)[scenes, 0]
    return np.take_along_axis(scenes, azimuth.argsort(axis=1), axis=1)


def street_channels(scenario, scenes, array, hears="all around"):
    """Channels and truth of a street's scenes, as :func:`make_examples` takes them.

    Parameters
    ----------
    scenario : irsnb.hybrid.Scenario
    scenes : array_like of int, shape (S, K)
    array : irsnb.arrays.PlanarArray
    hears : str
        As :func:`irsnb.hybrid.path_channels`.

    Returns
    -------
    channels : ndarray of complex, shape (S, K, P, M)
    truth : ndarray, shape (S, K, 3)

    Raises
    ------
    ValueError
        As :func:`irsnb.hybrid.path_channels`.
    """
    scenes = np.asarray(scenes)
    heard = path_channels(scenario, scenes.ravel(), array, hears=hears)
    return heard.reshape(*scenes.shape, *heard.shape[1:]), polar(scenario)[scenes]


def street_window(scenario, margin=5.0, points=161):
    """Points of a range scan over a whole street [m], (points,): the paper's margin and number, around all
    users rather than around those sought.

    Parameters
    ----------
    scenario : irsnb.hybrid.Scenario
    margin : float
        Beyond the nearest and the farthest user [m]; the first point is at least 1 m away.
    points : int

    Returns
    -------
    ndarray, shape (points,)
    """
    away = polar(scenario)[:, 2]
    return np.linspace(max(away.min() - margin, 1.0), away.max() + margin, points)


def make_examples(
    channels,
    truth,
    array,
    distances,
    *,
    subarray=(7, 7),
    draws=4,
    correlation="fading",
    noise=PAPER_NOISE,
    n_snapshots=N_SNAPSHOTS,
    seed=0,
    folder=None,
    jobs=2,
    progress=None,
):
    """Spectra of scenes, several draws of symbols and noise each, computed in parallel.

    Parameters
    ----------
    channels : array_like of complex, shape (S, K, P, M)
        Of S scenes, as :func:`irsnb.hybrid.path_channels` gives them.
    truth : array_like, shape (S, K, 3)
        Azimuth, elevation [rad] and distance [m].
    array : irsnb.arrays.PlanarArray
        Without a mask: it is smoothed.
    distances : array_like, shape (R,)
        Points of the range scans [m]: a window that knows no user's distance.
    subarray : (int, int)
        Rows and columns of the subarrays.
    draws : int
        Examples of each scene; the paper has 100 of 25.
    correlation, noise, n_snapshots
        As :func:`irsnb.hybrid.receive`.
    seed : int
        Scene s draws from the generator ``default_rng([seed, s])``.
    folder : path-like, optional
        Keeps every scene's examples under a hash of all that they depend on; a later call reads them.
    jobs : int
        Scenes computed at a time, in threads: what takes the time is numpy's.
    progress : callable, optional
        Wraps the iterator of scenes, such as ``lambda scenes: tqdm(scenes, total=S)``.

    Returns
    -------
    Examples

    Raises
    ------
    ImportError
        If joblib is not installed.
    ValueError
        If a shape does not fit, a value is not finite, or as the functions it calls.
    """
    try:
        from joblib import Memory, Parallel, delayed
    except ImportError:
        raise ImportError("examples need joblib: pip install 'irsnb[networks]'") from None
    channels, truth = complex_array("channels", channels, (len(array.positions),)), checked_users(truth)
    distances, draws = real_array("distances", distances), checked_count("draws", draws)
    if channels.ndim != 4 or truth.shape != (*channels.shape[:2], 3):
        raise ValueError(
            f"channels, truth: got shapes {channels.shape} and {truth.shape}; they must be (S, K, P, M) and "
            "(S, K, 3)"
        )
    checked_sources(channels.shape[1], subarray[0] * subarray[1])
    one = Memory(folder, verbose=0).cache(_examples_of)
    settings = (array, subarray, draws, correlation, float(noise), n_snapshots, distances)
    work = Parallel(n_jobs=jobs, prefer="threads", return_as="generator")(
        delayed(one)(channels[s], truth[s], *settings, seed, s) for s in range(len(channels))
    )
    made = list(work if progress is None else progress(work))
    parts = [np.concatenate(part) for part in zip(*made, strict=True)]
    return Examples(*parts, np.repeat(np.arange(len(channels)), draws), distances)


def _examples_of(
    channels, truth, array, subarray, draws, correlation, noise, n_snapshots, distances, seed, scene
):
    """One scene's examples: spectra, coarse directions, range scans, truth, covariances."""
    rng, count = np.random.default_rng([seed, scene]), len(channels)
    true = signal_covariance(channels, correlation) + noise * np.eye(channels.shape[-1])
    heard = draw_covariance(true, n_snapshots, rng, (draws,))
    part = type(array)(*subarray, array.spacing, array.wavelength)
    smoothed = smooth(heard, (array.rows, array.columns), subarray)
    grid = paper_grid()
    spectra = pseudospectrum(smoothed, part, count, grid, grid)
    rows, columns, _ = peaks(spectra, count)
    coarse = np.stack([grid[columns], grid[rows]], axis=-1)
    coarse = np.where(rows[..., None] < 0, np.nan, coarse)
    coarse = np.take_along_axis(coarse, coarse[..., :1].argsort(axis=1), axis=1)
    scans = np.stack(
        [
            range_spectrum(one, part, count, np.nan_to_num(directions), distances)
            for one, directions in zip(smoothed, coarse, strict=True)
        ]
    )
    truth = np.broadcast_to(truth[truth[:, 0].argsort()], (draws, count, 3))
    return spectra.astype(np.float32), coarse, scans.astype(np.float32), truth, heard


def grouped_folds(groups, n_folds=FOLDS, seed=0):
    """Rows to train on and rows held out, each group held out once and never divided (scikit-learn's
    ``GroupKFold``).

    Parameters
    ----------
    groups : array_like of int, shape (n,)
        Which scene each row belongs to.
    n_folds : int
        At least 2, at most the number of groups.
    seed : int
        Of the shuffling of groups.

    Returns
    -------
    list of (ndarray of int, ndarray of int)

    Raises
    ------
    ImportError
        If scikit-learn is not installed.
    ValueError
        If there are fewer groups than folds.
    """
    try:
        from sklearn.model_selection import GroupKFold
    except ImportError:
        raise ImportError("folds need scikit-learn: pip install 'irsnb[networks]'") from None
    groups = np.asarray(groups)
    names = np.unique(groups)
    if groups.ndim != 1 or not 2 <= n_folds <= len(names):
        raise ValueError(f"n_folds: got {n_folds} for {len(names)} groups; from 2 to as many as there are")
    # Dealt out at random, then by turns: scikit-learn alone would deal them out by size.
    place = np.random.default_rng(seed).permutation(len(names))[np.searchsorted(names, groups)]
    return list(GroupKFold(n_folds).split(groups, groups=place))


def count_refinenet(n_outputs, head="pool", n_points=301):
    """RefineNet's trainable parameters, from its layers' widths.

    Parameters
    ----------
    n_outputs : int
        2K for the angles, K for the ranges.
    head : {"pool", "flatten"}
    n_points : int
        Points along each side of the spectrum.

    Returns
    -------
    int

    Raises
    ------
    ValueError
        If the head is unknown or a count is not a positive integer.
    """
    outputs, head = checked_count("n_outputs", n_outputs), _head(head)
    left = checked_count("n_points", n_points) - 2 * (KERNEL - 1)
    if left < 1:
        raise ValueError(f"n_points: got {n_points}; two kernels of {KERNEL} need at least {2 * KERNEL - 1}")
    widths = (1, *FILTERS)
    convolutions = sum((KERNEL**2 * a + 1) * b for a, b in zip(widths, widths[1:], strict=False))
    features = FILTERS[-1] * (1 if head == "pool" else left**2)
    return convolutions + (features + 1) * DENSE + (DENSE + 1) * outputs


def build_refinenet(n_outputs, head="pool", n_points=301, seed=0):
    """RefineNet (section 3.2.1): two convolutions, a dense layer, dropout, linear outputs.

    The text says that feature maps are flattened, and that there are some 15,000 parameters. Both cannot
    be: flattened, they are 175,832,584 for the angles of four users. With the mean of each map in their
    place they are 15,880.

    Parameters
    ----------
    n_outputs : int
        2K for the angles, K for the ranges.
    head : {"pool", "flatten"}
    n_points : int
        Points along each side of the spectrum.
    seed : int
        Of the first weights and of the dropout.

    Returns
    -------
    keras.Model
        From standardised spectra (n, n_points, n_points, 1) to standardised outputs (n, n_outputs). With
        the head "flatten" its weights, 700 MB, are made when it is first called or fitted, or by
        ``model.build((None, n_points, n_points, 1))``; its ``count_params`` needs none.

    Raises
    ------
    ImportError
        If Keras is not installed.
    ValueError
        As :func:`count_refinenet`.
    """
    parameters = count_refinenet(n_outputs, head, n_points)
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    layers, l2 = keras.layers, keras.regularizers.L2(L2)

    class RefineNet(keras.Sequential):
        def count_params(self):
            return super().count_params() if self.built else parameters

    stack = [layers.Conv2D(n, KERNEL, activation="relu", kernel_regularizer=l2) for n in FILTERS]
    stack.append(layers.GlobalAveragePooling2D() if head == "pool" else layers.Flatten())
    stack += [layers.Dense(DENSE, activation="relu", kernel_regularizer=l2), layers.Dropout(DROPOUT)]
    stack.append(layers.Dense(n_outputs))
    if head == "pool":
        stack.insert(0, keras.Input((n_points, n_points, 1)))
    return RefineNet(stack, name=f"refinenet_{head}")


@dataclass(frozen=True, eq=False)
class Refiner:
    """A trained network with the scalers of its training rows.

    Attributes
    ----------
    model : keras.Model
    inputs, outputs : sklearn.preprocessing.StandardScaler or None
        None for inputs left as they are.
    history : irsnb.training.History
        Losses with the penalties on weights.
    penalties : tuple of float
        On the weights, after each epoch: the validation loss less this is the mean squared error.
    """

    model: object
    inputs: object
    outputs: object
    history: object
    penalties: tuple

    def predict(self, inputs):
        """Outputs (n, F) in their own units, from inputs as in training."""
        rows, to_numpy = _scaled(self.inputs, inputs), load_keras().ops.convert_to_numpy
        answers = [to_numpy(self.model(rows[i : i + 64])) for i in range(0, len(rows), 64)]
        return self.outputs.inverse_transform(np.concatenate(answers))

    def mean_squared_error(self, inputs, targets):
        """Mean squared error of the standardised outputs, eq. (6): what Figs. 4 and 5 would show without
        penalties; 1 for whoever answers with the training mean, on training rows."""
        gap = self.outputs.transform(self.predict(inputs)) - self.outputs.transform(targets)
        return float(np.mean(gap**2))


def train(
    model,
    inputs,
    targets,
    training,
    validation,
    epochs,
    *,
    batch,
    rate,
    seed=0,
    standardise=True,
    after_epoch=None,
    **how,
):
    """Train a network on some rows and watch it on others, as Algorithm 1 does.

    Scalers of inputs, point by point, and of outputs are fitted on the training rows alone. The rate stays,
    and the last epoch's weights are kept: nothing is chosen by the rows held out.

    Parameters
    ----------
    model : keras.Model
    inputs : array_like, shape (n, ...)
        As the model takes them.
    targets : array_like, shape (n, F)
    training, validation : array_like of int
        Rows; no scene in both.
    epochs, batch : int
    rate : float
    seed : int
        Of the shuffling.
    standardise : bool
        Whether the inputs are; the outputs always are.
    after_epoch : callable, optional
        Called with the :class:`irsnb.training.History` so far.
    **how
        ``loss`` and ``xla`` of :func:`irsnb.training.fit`.

    Returns
    -------
    Refiner

    Raises
    ------
    ValueError
        As :func:`irsnb.training.fit`.
    """
    inputs, targets = np.asarray(inputs), np.asarray(targets)
    if not model.built:
        model.build((None, *inputs.shape[1:]))
    before = standard_scaler(inputs[training].reshape(len(training), -1)) if standardise else None
    after = standard_scaler(targets[training])
    rows = [
        (_scaled(before, inputs[some]), after.transform(targets[some]).astype(np.float32))
        for some in (training, validation)
    ]
    penalties = []

    def note(history):
        penalties.append(float(sum(model.losses)))
        if after_epoch is not None:
            after_epoch(history)

    how = {"batch": batch, "first_rate": rate, "seed": seed, "after_epoch": note} | how
    history = fit(model, *rows, epochs, patience=None, keep="last", **how)
    return Refiner(model, before, after, history, tuple(penalties))


def _scaled(scaler, inputs):
    """Standardised point by point, or as they are; float32."""
    inputs = np.asarray(inputs, dtype=np.float32)
    if scaler is None:
        return inputs
    return scaler.transform(inputs.reshape(len(inputs), -1)).reshape(inputs.shape).astype(np.float32)


def train_refinenet(examples, target, training, validation, head="pool", epochs=EPOCHS, seed=0, **how):
    """RefineNet for angles or for ranges, trained as section 4.2 says.

    Parameters
    ----------
    examples : Examples
    target : {"angles", "ranges"}
    training, validation : array_like of int
        Rows of the examples, such as one of :func:`grouped_folds`.
    head : {"pool", "flatten"}
    epochs, seed : int
    **how
        As :func:`train`.

    Returns
    -------
    Refiner

    Raises
    ------
    ValueError
        If target or head is unknown, or as :func:`train`.
    """
    values = targets_of(examples, target)
    model = build_refinenet(values.shape[1], head, examples.spectra.shape[1], seed)
    inputs = examples.spectra[..., None]
    return train(
        model,
        inputs,
        values,
        training,
        validation,
        epochs,
        batch=BATCH,
        rate=RATE,
        seed=seed,
        xla=False,
        **how,
    )


def targets_of(examples, target):
    """RefineNet's outputs: the K azimuths, then the K elevations [deg], or the K distances [m], (n, 2K) or
    (n, K)."""
    if target == "angles":
        return np.rad2deg(np.concatenate([examples.truth[..., 0], examples.truth[..., 1]], axis=1))
    if target == "ranges":
        return examples.truth[..., 2]
    raise ValueError(f"target: got {target!r}; it must be 'angles' or 'ranges'")


def crops(examples, within=0.05):
    """Pieces of the spectra around the coarse peaks, for :func:`build_cropnet`.

    Parameters
    ----------
    examples : Examples
    within : float
        A peak is a user's if their direction cosines are nearer than this; other peaks are left out.

    Returns
    -------
    pieces : ndarray of float32, shape (N, 11, 11, 3)
        Logarithm of the null spectrum, less its least; then, constant, the peak's direction cosines.
    owner : ndarray of int, shape (N, 3)
        Example, user, and which of the example's peaks.

    Raises
    ------
    ValueError
        If no peak is any user's.
    """
    own = np.array([whose(*pair, within) for pair in zip(examples.coarse, examples.truth, strict=True)])
    example, user = np.nonzero(own >= 0)
    if not len(example):
        raise ValueError(f"within: got {within}; no coarse peak is so near to any user")
    owner = np.stack([example, user, own[example, user]], axis=-1)
    peak = examples.coarse[example, owner[:, 2]]
    around = np.arange(CROP) - CROP // 2
    column, row = (
        np.clip(nearest[:, None] + around, 0, len(paper_grid()) - 1)
        for nearest in np.rint((peak.T - paper_grid()[0]) / (np.pi / (len(paper_grid()) - 1))).astype(int)
    )
    null = -np.log(examples.spectra[example[:, None, None], row[:, :, None], column[:, None, :]])
    null -= null.min(axis=(1, 2), keepdims=True)
    known = np.broadcast_to(to_cosines(peak)[:, None, None], (*null.shape, 2))
    return np.concatenate([null[..., None], known], axis=-1).astype(np.float32), owner


def scan_crops(examples, owner):
    """Pieces of the range scans around their peaks, for :func:`build_cropnet`.

    Parameters
    ----------
    examples : Examples
    owner : ndarray of int, shape (N, 3)
        From :func:`crops`.

    Returns
    -------
    pieces : ndarray of float32, shape (N, 21, 4)
        Logarithm of the null spectrum along the distance, less its least; then, constant, the direction
        cosines of the coarse peak and the curvature of the scan's, 1/distance [1/m].
    distance : ndarray, shape (N,)
        Where the scan has its peak [m].
    """
    example, _, peak = np.asarray(owner).T
    scans = examples.scans[example, peak]
    top = scans.argmax(axis=-1)
    index = np.clip(top[:, None] + np.arange(-10, 11), 0, scans.shape[1] - 1)
    null = -np.log(np.take_along_axis(scans, index, axis=1))
    null -= null.min(axis=1, keepdims=True)
    distance = examples.distances[top]
    known = np.column_stack([to_cosines(examples.coarse[example, peak]), 1 / distance])
    known = np.broadcast_to(known[:, None], (*null.shape, 3))
    return np.concatenate([null[..., None], known], axis=-1).astype(np.float32), distance


def build_cropnet(shape, n_outputs=2, seed=0):
    """A small network on a crop of a spectrum or of a range scan: two convolutions, one dense layer.

    Parameters
    ----------
    shape : tuple of int
        (rows, columns, channels) of :func:`crops`, or (points, channels) of :func:`scan_crops`.
    n_outputs : int
    seed : int
        Of the first weights.

    Returns
    -------
    keras.Model
        With fewer than 50,000 parameters for the shapes used here.

    Raises
    ------
    ValueError
        If the shape has not two or three sizes.
    """
    if len(shape) not in (2, 3):
        raise ValueError(f"shape: got {shape}; it must be (rows, columns, channels) or (points, channels)")
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    kind = layers.Conv2D if len(shape) == 3 else layers.Conv1D
    return keras.Sequential(
        [
            keras.Input(tuple(shape)),
            kind(24, 3, activation="relu"),
            kind(24, 3, strides=2, activation="relu"),
            layers.Flatten(),
            layers.Dense(64, activation="relu"),
            layers.Dense(checked_count("n_outputs", n_outputs)),
        ],
        name="cropnet",
    )


def build_elementnet(n_users, shape=(25, 25), seed=0):
    """ElementNet (section 3.2.2): from what is known of the users to a probability for every element.

    Parameters
    ----------
    n_users : int
        K.
    shape : (int, int)
        Rows and columns of the surface, at least 5 each: two kernels of 3 take 4 away.
    seed : int
        Of the first weights.

    Returns
    -------
    keras.Model
        From (n, rows, columns, 3K + 1) to (n, rows columns).

    Raises
    ------
    ImportError
        If Keras is not installed.
    ValueError
        If the number of users or a side of the surface is not such an integer.
    """
    count, shape = checked_count("n_users", n_users), tuple(checked_count("shape", side) for side in shape)
    if len(shape) != 2 or min(shape) < 5:
        raise ValueError(f"shape: got {shape}; it must be (rows, columns), both at least 5")
    keras = load_keras()
    keras.utils.set_random_seed(seed)
    layers = keras.layers
    return keras.Sequential(
        [
            keras.Input((*shape, 3 * count + 1)),
            layers.Conv2D(32, 3, activation="relu"),
            layers.Conv2D(64, 3, activation="relu"),
            layers.Flatten(),
            layers.Dense(128, activation="relu"),
            layers.Dense(shape[0] * shape[1], activation="sigmoid"),
        ],
        name="elementnet",
    )


def element_inputs(users, shape=(25, 25)):
    """ElementNet's input (section 3.2.2): what is known of the users, constant over the surface.

    The paper's last channel is "auxiliary", a dummy or an earlier mask; the mask sought must not be in it.
    Here it is empty.

    Parameters
    ----------
    users : array_like, shape (n, K, 3)
        Azimuth, elevation [rad], distance [m].
    shape : (int, int)
        Rows and columns of the surface.

    Returns
    -------
    ndarray of float32, shape (n, rows, columns, 3K + 1)
        K azimuths, K elevations [deg], K distances [m], zeros. A read-only view: all places share memory.

    Raises
    ------
    ValueError
        If the users are not as stated, not finite, or a side is not a positive integer.
    """
    users, shape = checked_users(users), tuple(checked_count("shape", side) for side in shape)
    if users.ndim != 3 or users.shape[2] != 3:
        raise ValueError(f"users: got shape {users.shape}; it must be (n, K, 3), with distances")
    if len(shape) != 2:
        raise ValueError(f"shape: got {shape}; it must be (rows, columns)")
    angles = np.rad2deg(users[..., :2])
    known = np.concatenate([angles[..., 0], angles[..., 1], users[..., 2], np.zeros((len(users), 1))], axis=1)
    known = known.astype(np.float32)[:, None, None]
    return np.broadcast_to(known, (len(users), *shape, known.shape[-1]))


def sparsity_loss(per_element=False, weight=SPARSITY):
    """Eq. (5): mean squared error over the elements plus a weighted 1-norm of the answer.

    Parameters
    ----------
    per_element : bool
        Whether the 1-norm is a mean over the elements as the error is. As printed it is a sum: its slope,
        0.1, is above the error's, which is at most 2/N, so that the least loss is that of no element at all.
        As a mean it moves each element's best answer by half the weight: 0.95 for a 1, 0 for a 0.
    weight : float
        At least 0; 0.1 in the paper.

    Returns
    -------
    callable
        Loss of Keras: truth and answer (n, N) to (n,).

    Raises
    ------
    ImportError
        If Keras is not installed.
    ValueError
        If the weight is not one finite number of at least 0.
    """
    if real_array("weight", weight).ndim or weight < 0:
        raise ValueError(f"weight: got {weight!r}; it must be one number of at least 0")
    ops = load_keras().ops

    def loss(truth, answer):
        size = ops.mean if per_element else ops.sum
        return ops.mean(ops.square(answer - truth), axis=-1) + weight * size(ops.abs(answer), axis=-1)

    return loss


def label_masks(
    channels,
    truth,
    spacing,
    wavelength,
    counts,
    tries,
    noise,
    limit,
    rng,
    n_snapshots=N_SNAPSHOTS,
    shape=(25, 25),
):
    """The paper's labels: for each scene the smallest number of elements whose best random mask errs little.

    Section 4.1 tests M from K to K + 6 and calls the masks optimal without saying how they are found; its
    conclusion speaks of random masks. Here, for each M, the best of a number of random ones, by the mean
    error of coarse MUSIC's angles.

    Parameters
    ----------
    channels : array_like of complex, shape (S, K, P, N)
        At all N elements of the surface; paths fade independently.
    truth : array_like, shape (S, K, 2) or (S, K, 3)
        Azimuth, elevation [rad] and, unused here, distance [m].
    spacing, wavelength : float
        [m].
    counts : sequence of int
        Numbers of elements to test, rising, each above K: with K there is no noise subspace.
    tries : int
        Random masks of each, at least 1.
    noise : float
        Power at each element, above 0, in the unit of the channels' power.
    limit : float
        Largest mean error of the 2K angles [rad], above 0.
    rng : numpy.random.Generator
    n_snapshots : int
        T.
    shape : (int, int)
        Rows and columns of the surface.

    Returns
    -------
    masks : ndarray of bool, shape (S, *shape)
        All false where no number of elements suffices.
    error : ndarray, shape (S, len(counts))
        The least mean error of each number [rad]; infinite where every try lost a user.

    Raises
    ------
    ValueError
        If a shape does not fit, a value is not finite, a count is not above K or not above the one before, or
        tries, noise or limit is not as stated.
    """
    from irsnb.arrays import PlanarArray

    shape = tuple(checked_count("shape", side) for side in shape)
    channels, truth = complex_array("channels", channels, (int(np.prod(shape)),)), checked_users(truth)
    if channels.ndim != 4 or truth.shape[:-1] != channels.shape[:2]:
        raise ValueError(
            f"channels, truth: got shapes {channels.shape} and {truth.shape}; they must be (S, K, P, N) and "
            "(S, K, 3)"
        )
    counts, tries = [checked_count("counts", count) for count in counts], checked_count("tries", tries)
    least = channels.shape[1] + 1
    if not counts or counts[0] < least or counts != sorted(set(counts)) or counts[-1] > channels.shape[-1]:
        raise ValueError(
            f"counts: got {counts}; they must rise from {least}, one above the users, to at most "
            f"{channels.shape[-1]}, the elements"
        )
    for name, value in (("noise", noise), ("limit", limit)):
        if real_array(name, value).ndim or value <= 0:
            raise ValueError(f"{name}: got {value!r}; it must be one number above 0")
    masks = np.zeros((len(channels), *shape), dtype=bool)
    error = np.full((len(channels), len(counts)), np.inf)
    for scene, (heard, users) in enumerate(zip(channels, truth, strict=True)):
        for place, count in enumerate(counts):
            best = None
            for _ in range(tries):
                mask = np.zeros(shape, dtype=bool)
                mask.flat[rng.choice(mask.size, count, replace=False)] = True
                array = PlanarArray(*shape, spacing, wavelength, mask)
                some = heard[..., mask.ravel()]
                true = signal_covariance(some, "fading") + noise * np.eye(count)
                found = find_directions(draw_covariance(true, n_snapshots, rng), array, len(users))
                own = whose(found, users, np.inf)
                gap = np.abs(found[own] - users[:, :2])
                gap = np.minimum(gap, 2 * np.pi - gap).mean()
                if np.isfinite(gap) and gap < error[scene, place]:
                    error[scene, place], best = gap, mask
            if error[scene, place] <= limit and not masks[scene].any():
                masks[scene] = best
    return masks, error


def strongest(answers, n_active, shape=(25, 25)):
    """Masks of the M largest answers of ElementNet (section 3.2.2: "the top M elements are selected").

    Parameters
    ----------
    answers : array_like, shape (..., N)
        One number for each element, row by row. Probabilities that a sigmoid has rounded to 0 or 1 are
        ties, of which the first elements win; what goes into the sigmoid ranks them better.
    n_active : int
        M, from 1 to N.
    shape : (int, int)
        Rows and columns of the surface, N elements in all.

    Returns
    -------
    ndarray of bool, shape (..., rows, columns)
        Exactly M True in each.

    Raises
    ------
    ValueError
        If the answers are not finite or do not fit the shape, or the number is not from 1 to N.
    """
    answers, count = real_array("answers", answers), checked_count("n_active", n_active)
    shape = tuple(checked_count("shape", side) for side in shape)
    if answers.ndim < 1 or answers.shape[-1] != np.prod(shape):
        raise ValueError(f"answers: got shape {answers.shape}; it must be (..., {int(np.prod(shape))})")
    if count > answers.shape[-1]:
        raise ValueError(f"n_active: got {n_active}; the surface has {answers.shape[-1]} elements")
    masks = np.zeros(answers.shape, dtype=bool)
    order = np.argsort(-answers, axis=-1, kind="stable")
    np.put_along_axis(masks, order[..., :count], True, axis=-1)
    return masks.reshape(*answers.shape[:-1], *shape)


def _head(head):
    if head not in HEADS:
        raise ValueError(f"head: got {head!r}; it must be one of {', '.join(map(repr, HEADS))}")
    return head
