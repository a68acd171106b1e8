"""What colours look like to readers with each kind of colour vision, and how far they lie apart."""

import numpy as np

# Machado, Oliveira & Fernandes 2009, A Physiologically-based Model for Simulation of Color Vision
# Deficiency, table of severity 1.0: matrices on linear RGB.
VISIONS = {
    "all cones": np.eye(3),
    "protanopia": np.array(
        [
            [0.152286, 1.052583, -0.204868],
            [0.114503, 0.786281, 0.099216],
            [-0.003882, -0.048116, 1.051998],
        ]
    ),
    "deuteranopia": np.array(
        [
            [0.367322, 0.860646, -0.227968],
            [0.280085, 0.672501, 0.047413],
            [-0.011820, 0.042940, 0.968881],
        ]
    ),
    "tritanopia": np.array(
        [
            [1.255528, -0.076749, -0.178779],
            [-0.078411, 0.930809, 0.147602],
            [0.004733, 0.691367, 0.303900],
        ]
    ),
}
# IEC 61966-2-1 (sRGB): linear RGB to XYZ.
TO_XYZ = np.array(
    [
        [0.4124564, 0.3575761, 0.1804375],
        [0.2126729, 0.7151522, 0.0721750],
        [0.0193339, 0.1191920, 0.9503041],
    ]
)


def linear(colours):
    """Linear RGB of colours such as "#07517e"."""
    values = np.array([[int(c[i : i + 2], 16) for i in (1, 3, 5)] for c in colours]) / 255
    return np.where(values <= 0.04045, values / 12.92, ((values + 0.055) / 1.055) ** 2.4)


def contrast(colour, paper):
    """Contrast ratio of the Web Content Accessibility Guidelines 2.1, from 1 to 21."""
    dark, light = np.sort(linear([colour, paper]) @ TO_XYZ[1] + 0.05)
    return light / dark


def lab(rgb):
    """CIELAB of linear RGB, under the white of sRGB."""
    x = (rgb @ TO_XYZ.T) / TO_XYZ.sum(axis=1)
    f = np.where(x > 216 / 24389, np.cbrt(x), (24389 / 27 * x + 16) / 116)
    return np.stack(
        [116 * f[..., 1] - 16, 500 * (f[..., 0] - f[..., 1]), 200 * (f[..., 1] - f[..., 2])], -1
    )


def difference(p, q):
    """CIEDE2000 between colours in CIELAB (Sharma, Wu & Dalal 2005, equations 2 to 22)."""
    (l1, a1, b1), (l2, a2, b2) = np.moveaxis(p, -1, 0), np.moveaxis(q, -1, 0)
    chroma = (np.hypot(a1, b1) + np.hypot(a2, b2)) / 2
    more = 1.5 - 0.5 * np.sqrt(chroma**7 / (chroma**7 + 25.0**7))
    c1, c2 = np.hypot(more * a1, b1), np.hypot(more * a2, b2)
    h1, h2 = (np.degrees(np.arctan2(b, more * a)) % 360 for a, b in ((a1, b1), (a2, b2)))
    turn = (h2 - h1 + 180) % 360 - 180
    hue, mean, c = h1 + turn / 2, (l1 + l2) / 2, (c1 + c2) / 2
    t = 1 - 0.17 * np.cos(np.radians(hue - 30)) + 0.24 * np.cos(np.radians(2 * hue))
    t += 0.32 * np.cos(np.radians(3 * hue + 6)) - 0.20 * np.cos(np.radians(4 * hue - 63))
    lightness = (l2 - l1) / (1 + 0.015 * (mean - 50) ** 2 / np.sqrt(20 + (mean - 50) ** 2))
    colour = (c2 - c1) / (1 + 0.045 * c)
    angle = 2 * np.sqrt(c1 * c2) * np.sin(np.radians(turn / 2)) / (1 + 0.015 * c * t)
    rotation = -2 * np.sqrt(c**7 / (c**7 + 25.0**7))
    rotation = rotation * np.sin(np.radians(60 * np.exp(-((((hue % 360) - 275) / 25) ** 2))))
    return np.sqrt(lightness**2 + colour**2 + angle**2 + rotation * colour * angle)


def smallest_difference(colours, vision):
    """CIEDE2000 of the two colours that are hardest to tell apart."""
    seen = lab(np.clip(linear(colours) @ VISIONS[vision].T, 0, 1))
    first, second = np.triu_indices(len(colours), 1)
    return difference(seen[first], seen[second]).min()
