"""What the drawings of the theory show; their numbers are those of the page that calls."""

import numpy as np

from docs.drawings import (
    DECODER,
    DISTORTION,
    ENCODER,
    EXACT,
    GAP,
    PRIOR,
    RATE,
    Drawing,
    signed,
)


def autoencoder(x, code, answer):
    """A picture, its code as bars, and the picture that the code gives back."""
    drawing = Drawing(460, 214)
    drawing.picture(40, 92, 68, x).picture(420, 92, 68, answer)
    drawing.funnel(123, 92, 66, 96, 48, "encoder", ENCODER)
    drawing.funnel(337, 92, 66, 48, 96, "decoder", DECODER)
    places = np.linspace(-33, 33, len(code))
    for place, value in zip(230 + places, 34 * code / np.abs(code).max(), strict=True):
        drawing.bar(place - 3, 92 - value, place + 3, 92, ENCODER, 0.6)
    drawing.line([(190, 92), (270, 92)], width=0.8)
    for start, end in ((76, 90), (157, 186), (274, 303), (371, 384)):
        drawing.line([(start, 92), (end, 92)], arrow=True)
    drawing.text(40, 30, "x").text(230, 30, "h = f(x)").text(416, 30, "x̂ = g(h)")
    drawing.text(230, 154, f"{len(code)} numbers").text(40, 154, f"{np.size(x)} pixels")
    drawing.line([(40, 164), (40, 196), (152, 196)], DISTORTION, arrow=True)
    drawing.line([(420, 138), (420, 196), (308, 196)], DISTORTION, arrow=True)
    return drawing.box(230, 196, 152, 28, "loss: ‖x − x̂‖²", DISTORTION)


def plate():
    """The model and the encoder as a graph, once for each of n pictures."""
    drawing = Drawing(460, 190)
    drawing.bar(128, 16, 332, 174, opacity=0.0)
    drawing.text(322, 166, "n pictures", anchor="end")
    drawing.disk(230, 56, 24, "z", PRIOR).disk(230, 130, 24, "x", opacity=0.3)
    drawing.line([(230, 81), (230, 105)], DECODER, width=2, arrow=True)
    way = np.linspace(-1, 1, 17)
    bow = np.stack([206 - 34 * (1 - way**2), 93 - 33 * way], axis=1)
    drawing.line(bow, ENCODER, width=2, dash="5 4", arrow=True)
    drawing.text(84, 60, "ϕ", ENCODER, size=16).text(376, 97, "θ", DECODER, size=16)
    drawing.line([(94, 62), (166, 88)], ENCODER, dash="5 4", arrow=True)
    drawing.line([(366, 93), (238, 93)], DECODER, arrow=True)
    drawing.text(64, 84, "encoder", ENCODER).text(64, 101, "q(z|x)", ENCODER)
    drawing.text(396, 118, "decoder", DECODER).text(396, 135, "p(x|z)", DECODER)
    return drawing.text(262, 46, "p(z)", PRIOR, anchor="start")


def gradient_paths():
    """Forwards thin, gradients thick and dashed: a draw as such, and a draw as μ + σε."""
    drawing = Drawing(460, 318)
    for top, title, words in (
        (0, "A draw as such", "z ~ N(μ, σ²)"),
        (150, "The same draw as a function of noise", "z = μ + σ ε"),
    ):
        drawing.text(230, top + 18, title, style="italic")
        middle = top + 62
        drawing.box(52, middle, 72, 34, "μ, σ", ENCODER).box(188, middle, 104, 34, words)
        drawing.funnel(322, middle, 70, 40, 68, "decoder", DECODER)
        drawing.box(422, middle, 60, 34, "loss", DISTORTION)
        for start, end in ((90, 134), (242, 285), (359, 390)):
            drawing.line([(start, middle - 6), (end, middle - 6)], arrow=True)
        for start, end in ((390, 359), (285, 242)):
            back = [(start, middle + 9), (end, middle + 9)]
            drawing.line(back, width=2.6, dash="5 3", arrow=True)
    drawing.line([(104, 63), (116, 79)], width=3).line([(116, 63), (104, 79)], width=3)
    drawing.text(110, 108, "blocked: a drawn number")
    drawing.text(110, 125, "has no derivative by μ, σ")
    drawing.line([(134, 221), (90, 221)], width=2.6, dash="5 3", arrow=True)
    drawing.box(188, 290, 104, 34, "ε ~ N(0, I)", PRIOR)
    drawing.line([(188, 272), (188, 232)], arrow=True)
    drawing.text(66, 252, "∂z/∂μ = 1").text(66, 269, "∂z/∂σ = ε")
    return drawing.text(252, 294, "noise: asks for no gradient", anchor="start")


def jensen(weights):
    """The logarithm of a mean lies above the mean of the logarithms."""
    mean, low = np.mean(weights), np.mean(np.log(weights))
    drawing = Drawing(460, 250)

    def across(w):
        return 44 + 350 * w / 4.6

    def up(value):
        return 128 - 62 * value

    drawing.line([(44, 226), (44, 16)], arrow=True).line([(44, up(0)), (424, up(0))], arrow=True)
    drawing.text(430, up(0) + 4.5, "w", anchor="start").text(50, 20, "log w", anchor="start")
    curve = np.geomspace(0.21, 4.6, 80)
    drawing.line(np.stack([across(curve), up(np.log(curve))], axis=1), width=2)
    ends = [(across(w), up(np.log(w))) for w in weights]
    drawing.line(ends, ENCODER, dash="6 4")
    drawing.line([(across(mean), up(low)), (across(mean), up(np.log(mean)))], GAP, 4)
    for place, value, color in (
        *((w, np.log(w), "currentColor") for w in weights),
        (mean, np.log(mean), EXACT),
        (mean, low, ENCODER),
    ):
        drawing.disk(across(place), up(value), 5, color=color, opacity=1)
    for w, (x, y) in zip(weights, ends, strict=True):
        drawing.text(x + 12, y + 16, f"w = {w:g}", anchor="start")
    exact = f"log of the mean {signed(np.log(mean))}"
    drawing.text(across(mean) - 8, up(np.log(mean)) - 12, exact, EXACT, anchor="end")
    bound = f"mean of the logs {signed(low)}"
    drawing.text(across(mean) + 6, up(low) + 20, bound, ENCODER, anchor="start")
    beside = across(mean) - 7  # two short lines have room between the curve and the axis
    drawing.text(beside, up(low) - 18, "lost", GAP, anchor="end")
    return drawing.text(beside, up(low) - 5, signed(np.log(mean) - low), GAP, anchor="end")


def elbo_bars(rows, log_evidence):
    """−ELBO = distortion + rate of several q, in nats, beyond −log p(x) the gap.

    ``rows`` are names with distortion and rate.
    """
    drawing = Drawing(460, 66 + 50 * len(rows))
    scale = 400 / max(sum(parts) for parts in rows.values())
    limit = 20 - scale * log_evidence
    for row, (name, (distortion, rate)) in enumerate(rows.items()):
        top = 58 + 50 * row
        corner, end = 20 + scale * distortion, 20 + scale * (distortion + rate)
        drawing.text(20, top - 5, name, anchor="start")
        drawing.bar(20, top, corner, top + 20, DISTORTION, 0.45)
        drawing.bar(corner, top, end, top + 20, RATE, 0.45)
        if end - limit > 1:
            drawing.line([(limit, top + 25), (end, top + 25)], GAP, 5)
            gap = distortion + rate + log_evidence
            drawing.text(limit + 6, top - 5, f"gap {gap:.2f}", GAP, anchor="start")
    floor = 50 * len(rows) + 38
    drawing.line([(limit, 30), (limit, floor)], EXACT, 2)
    drawing.text(limit, 24, f"−log p(x) = {-log_evidence:.2f}", EXACT)
    drawing.text(20, floor + 20, "distortion", DISTORTION, anchor="start")
    drawing.text(92, floor + 20, "+").text(104, floor + 20, "rate", RATE, anchor="start")
    return drawing.text(134, floor + 20, "= −ELBO = −log p(x) + gap, in nats", anchor="start")


def water_filling(eigenvalues, levels):
    """What each axis of the data keeps above the level βσ², for several β."""
    drawing = Drawing(460, 250)
    width = 440 / len(levels)
    for panel, (beta, level) in enumerate(levels.items()):
        left = 16 + panel * width
        scale = 160 / max(eigenvalues)
        water = 208 - scale * level
        drawing.text(left + width / 2 - 16, 22, f"β = {beta:g}: level βσ² = {level:g}")
        for i, value in enumerate(eigenvalues):
            place = left + (i + 0.2) * (width - 30) / len(eigenvalues)
            end, under = place + 0.6 * (width - 30) / len(eigenvalues), min(value, level)
            drawing.bar(place, 208 - scale * under, end, 208, DISTORTION, 0.35)
            if value > level:
                drawing.bar(place, 208 - scale * value, end, water, RATE, 0.6)
            drawing.text((place + end) / 2, 226, "λ" + "₁₂₃₄₅"[i], size=14)
        drawing.line([(left - 4, 208), (left + width - 26, 208)])
        drawing.line([(left - 4, water), (left + width - 26, water)], width=2, dash="6 4")
    drawing.text(20, 246, "above the level: kept by an active unit", RATE, anchor="start")
    return drawing.text(440, 246, "below: lost", DISTORTION, anchor="end")


def weight_bars(proposals):
    """Each draw's share of the sum of all weights; dashed, what equal weights would be.

    ``proposals`` are names with log-weights.
    """
    drawing = Drawing(460, 20 + 100 * len(proposals))
    weights = {name: np.exp(values - np.max(values)) for name, values in proposals.items()}
    shares = {name: values / values.sum() for name, values in weights.items()}
    scale = 62 / max(np.max(values) for values in shares.values())
    for row, (name, values) in enumerate(shares.items()):
        floor, step = 102 + 100 * row, 440 / len(values)
        for i, share in enumerate(values):
            left = 10 + (i + 0.2) * step
            drawing.bar(left, floor - scale * share, left + 0.6 * step, floor, ENCODER, 0.6)
        drawing.line([(10, floor), (450, floor)], width=1)
        equal = floor - scale / len(values)
        drawing.line([(10, equal), (450, equal)], width=1, dash="5 4")
        drawing.text(10, floor - 74, name, anchor="start")
        effective = f"worth {1 / np.sum(values**2):.1f} of {len(values)} draws"
        drawing.text(450, floor - 74, effective, EXACT, anchor="end")
    return drawing
