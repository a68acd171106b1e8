"""The VAE of the benchmark by hand in PyTorch, eager."""

import itertools

import numpy as np
import torch
from torch import nn


def dense(*widths):
    layers = ((nn.Linear(*pair), nn.ReLU()) for pair in itertools.pairwise(widths))
    return nn.Sequential(*itertools.chain.from_iterable(layers))


class Network(nn.Module):
    def __init__(self, shape, hidden, latent, draws):
        super().__init__()
        self.draws = draws
        if len(shape) == 1:
            features = hidden[-1]
            self.encoder = dense(*shape, *hidden)
            self.decoder = dense(latent, *hidden[::-1]).append(nn.Linear(hidden[0], *shape))
        else:
            grid = (32, shape[0] // 4, shape[1] // 4)
            features = grid[0] * grid[1] * grid[2]
            self.encoder = nn.Sequential(
                nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(),
                nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(), nn.Flatten(),
            )  # fmt: skip
            self.decoder = nn.Sequential(
                nn.Linear(latent, features), nn.ReLU(), nn.Unflatten(1, grid),
                nn.ConvTranspose2d(32, 32, 3, 2, 1, 1), nn.ReLU(),
                nn.ConvTranspose2d(32, 16, 3, 2, 1, 1), nn.ReLU(), nn.Conv2d(16, 1, 1),
            )  # fmt: skip
        self.mean, self.log_scale = nn.Linear(features, latent), nn.Linear(features, latent)

    def forward(self, x):
        h = self.encoder(x)
        mean, log_scale = self.mean(h), self.log_scale(h)
        z = mean + torch.exp(log_scale) * torch.randn(self.draws, *mean.shape)
        logits = self.decoder(z.flatten(0, 1)).unflatten(0, (self.draws, -1))
        target = x.expand_as(logits)
        cross_entropy = nn.functional.binary_cross_entropy_with_logits
        reconstruction = cross_entropy(logits, target, reduction="sum") / self.draws
        kl = 0.5 * torch.sum(torch.exp(2 * log_scale) + mean**2 - 1 - 2 * log_scale)
        return (reconstruction + kl) / len(x)


def trainer(x, hidden, latent, batch, draws, rate):
    """A function that trains one epoch over x."""
    model = Network(x.shape[1:], hidden, latent, draws)
    optimizer = torch.optim.Adam(model.parameters(), rate)
    data = torch.from_numpy(x if x.ndim == 2 else np.moveaxis(x, -1, 1).copy())

    def epoch():
        order, total = torch.randperm(len(data)), 0.0
        for start in range(0, len(data), batch):
            optimizer.zero_grad()
            value = model(data[order[start : start + batch]])
            value.backward()
            optimizer.step()
            total += value.detach()
        return float(total) / (len(data) // batch)

    return epoch
