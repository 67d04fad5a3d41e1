"""Text that can be read: contrast as the Web Content Accessibility Guidelines 2.2 have it."""

import numpy as np

__all__ = []


def contrast(first, second):
    """Contrast of two colours, 1 to 21 (WCAG 2.2: ratio of relative luminances)."""
    bright = []
    for channels in np.asarray([first[:3], second[:3]], dtype=float):
        linear = np.where(channels <= 0.04045, channels / 12.92, ((channels + 0.055) / 1.055) ** 2.4)
        bright.append(linear @ [0.2126, 0.7152, 0.0722] + 0.05)
    return max(bright) / min(bright)


def as_text(colour):
    """A line's colour, darkened until a text in it can be read on white: 4.5 to 1."""
    from matplotlib.colors import to_rgb

    channels = np.array(to_rgb(colour))
    while contrast(channels, (1.0, 1.0, 1.0)) < 4.5:
        channels *= 0.95
    return tuple(channels)
