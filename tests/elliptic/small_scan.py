"""A radar that is small enough to test, two pairs of the paper, and one of its targets."""

import numpy as np

from irsnb.elliptic import EXPERIMENTS, Radar, Scene, direction, surfaces_on_line

C0 = 299_792_458.0
RADAR = Radar(bandwidth=2.5e6, subcarriers=32, antennas=4, surface_side=16, beam_side=3)
TARGET = np.array(EXPERIMENTS[3].target)
RECEIVER = np.array(EXPERIMENTS[3].receiver)
PAIRS = np.array([800.0, 400.0])
LINE = surfaces_on_line(PAIRS)
AZIMUTH, ELEVATION = direction(TARGET, np.zeros(3))
MIDDLE = np.array([AZIMUTH + 0.03, ELEVATION - 0.02])
SCENE = Scene(LINE, RECEIVER, MIDDLE, RADAR)
