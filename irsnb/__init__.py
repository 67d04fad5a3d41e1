"""irsnb: locating users through intelligent reflecting surfaces, held against the Cramér–Rao bound.

The helper package of the book. Ground floor: :mod:`irsnb.geometry`, :mod:`irsnb.arrays`,
:mod:`irsnb.bounds`. One folder for each paper: :mod:`irsnb.elliptic`, :mod:`irsnb.indoor`,
:mod:`irsnb.hybrid`. On top, for the notebooks: :mod:`irsnb.report`. Importing it loads neither TensorFlow
nor deepmimo.
"""

__version__ = "0.2.0.dev0"
