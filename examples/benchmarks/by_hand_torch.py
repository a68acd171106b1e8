"""The VAE of the benchmark by hand in PyTorch, eager."""

import numpy as np
import torch
from torch import nn


class Network(nn.Module):
    def __init__(self, network, latent):
        super().__init__()
        if network == "dense":
            self.encoder = nn.Sequential(nn.Linear(784, 400), nn.ReLU())
            self.decoder = nn.Sequential(nn.Linear(latent, 400), nn.ReLU(), nn.Linear(400, 784))
        else:
            self.encoder = nn.Sequential(
                nn.Conv2d(1, 16, 3, 2, 1), nn.ReLU(),
                nn.Conv2d(16, 32, 3, 2, 1), nn.ReLU(), nn.Flatten(),
            )  # fmt: skip
            self.decoder = nn.Sequential(
                nn.Linear(latent, 1568), nn.ReLU(), nn.Unflatten(1, (32, 7, 7)),
                nn.ConvTranspose2d(32, 32, 3, 2, 1, 1), nn.ReLU(),
                nn.ConvTranspose2d(32, 16, 3, 2, 1, 1), nn.ReLU(), nn.Conv2d(16, 1, 1),
            )  # fmt: skip
        features = 400 if network == "dense" else 1568
        self.mean, self.log_scale = nn.Linear(features, latent), nn.Linear(features, latent)

    def forward(self, x):
        h = self.encoder(x)
        mean, log_scale = self.mean(h), self.log_scale(h)
        z = mean + torch.exp(log_scale) * torch.randn_like(mean)
        logits = self.decoder(z)
        reconstruction = nn.functional.binary_cross_entropy_with_logits(logits, x, reduction="sum")
        kl = 0.5 * torch.sum(torch.exp(2 * log_scale) + mean**2 - 1 - 2 * log_scale)
        return (reconstruction + kl) / len(x)


def trainer(network, x, batch, latent, rate):
    """A function that trains one epoch over x."""
    model = Network(network, latent)
    optimizer = torch.optim.Adam(model.parameters(), rate)
    data = torch.from_numpy(x if network == "dense" else np.moveaxis(x, -1, 1).copy())

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
