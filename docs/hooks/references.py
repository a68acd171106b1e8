"""The titles of references lead to the papers, where these can be read by everyone."""

import html
import re

ARXIV = {
    "A Note on the Evaluation of Generative Models": "1511.01844",
    "Annealed Importance Sampling": "physics/9803008",
    "Auto-Encoding Variational Bayes": "1312.6114",
    "Autoregressive Image Generation using Residual Quantization": "2203.01941",
    "Attention Is All You Need": "1706.03762",
    "Categorical Reparameterization with Gumbel-Softmax": "1611.01144",
    "Challenging Common Assumptions in the Unsupervised Learning of Disentangled Representations": (
        "1811.12359"
    ),
    "Conditional Image Generation with PixelCNN Decoders": "1606.05328",
    "Cyclical Annealing Schedule": "1903.10145",
    "DIP-VAE": "1711.00848",
    "Denoising Diffusion Probabilistic Models": "2006.11239",
    "Density Estimation Using Real NVP": "1605.08803",
    "Diagnosing and Enhancing VAE Models": "1903.05789",
    "Do Deep Generative Models Know What They Don't Know?": "1810.09136",
    "Disentangling by Factorising": "1802.05983",
    "Don't Blame the ELBO!": "1911.02469",
    "Doubly Reparameterized Gradient Estimators": "1810.04152",
    "Estimating or Propagating Gradients Through Stochastic Neurons": "1308.3432",
    "Finite Scalar Quantization: VQ-VAE Made Simple": "2309.15505",
    "Fixing a Broken ELBO": "1711.00464",
    "Flow++": "1902.00275",
    "Generating Diverse High-Fidelity Images with VQ-VAE-2": "1906.00446",
    "Generating Sentences from a Continuous Space": "1511.06349",
    "Handling Incomplete Heterogeneous Data using VAEs": "1807.03653",
    "High-Resolution Image Synthesis with Latent Diffusion Models": "2112.10752",
    "Importance Weighted Autoencoders": "1509.00519",
    "Improved Variational Inference with Inverse Autoregressive Flow": "1606.04934",
    "Inference Suboptimality in Variational Autoencoders": "1801.03558",
    "Interpreting the Latent Space of GANs for Semantic Face Editing": "1907.10786",
    "Isolating Sources of Disentanglement": "1802.04942",
    "Jukebox": "2005.00341",
    "Ladder Variational Autoencoders": "1602.02282",
    "Latent Space Oddity": "1710.11379",
    "Loss Landscapes of Regularized Linear Autoencoders": "1901.08168",
    "MIWAE: Deep Generative Modelling and Imputation of Incomplete Data Sets": "1812.02633",
    "Metrics for Deep Generative Models": "1711.01204",
    "Monte Carlo Gradient Estimation in Machine Learning": "1906.10652",
    "Neural Discrete Representation Learning": "1711.00937",
    "On Variational Bounds of Mutual Information": "1905.06922",
    "Pareto Smoothed Importance Sampling": "1507.02646",
    "Restructuring Vector Quantization with the Rotation Trick": "2410.06424",
    "Reweighted Wake-Sleep": "1406.2751",
    "Sampling Generative Networks": "1609.04468",
    "Sandwiching the Marginal Likelihood Using Bidirectional Monte Carlo": "1511.02543",
    "Semi-Supervised Learning with Deep Generative Models": "1406.5298",
    "Simple and Effective VAE Training with Calibrated Decoders": "2006.13202",
    "SoundStream": "2107.03312",
    "Sticking the Landing": "1703.09194",
    "Stochastic Backpropagation": "1401.4082",
    "The Concrete Distribution": "1611.00712",
    "The Sample Size Required in Importance Sampling": "1511.01437",
    "The continuous Bernoulli": "1907.06845",
    "Tighter Variational Bounds are Not Necessarily Better": "1802.04537",
    "Understanding disentangling in β-VAE": "1804.03599",
    "Variational Autoencoders Pursue PCA Directions (by Accident)": "1812.06775",
    "Variational Diffusion Models": "2107.00630",
    "Variational Inference with Normalizing Flows": "1505.05770",
    "Variational Inference via χ Upper Bound Minimization": "1611.00328",
    "Variational Inference of Disentangled Latent Concepts from Unlabeled Observations": (
        "1711.00848"
    ),
    "Variational Inference: A Review for Statisticians": "1601.00670",
    "Vector-quantized Image Modeling with Improved VQGAN": "2110.04627",
    "Wasserstein Auto-Encoders": "1711.01558",
    "What Regularized Auto-Encoders Learn from the Data-Generating Distribution": "1211.4246",
}
ADDRESSES = {title: f"https://arxiv.org/abs/{number}" for title, number in ARXIV.items()}
ADDRESSES["β-VAE"] = "https://openreview.net/forum?id=Sy2fzU9gl"

# A list at the end of a page, and what mkdocstrings makes of "References:" in a docstring.
LISTS = re.compile(
    r'(?<=<h2 id="references">)References.*?(?=<h2|\Z)'
    r'|(?<=<details class="references").*?(?=</details>)',
    re.DOTALL,
)
TITLES = re.compile(  # which may go on in the next line
    "|".join(
        r"\s+".join(map(re.escape, html.escape(title, quote=False).split())) for title in ADDRESSES
    )
)


def linked(title):
    address = ADDRESSES[" ".join(html.unescape(title[0]).split())]
    return f'<a href="{address}">{title[0]}</a>'


def on_page_content(content, *, page, config, files):
    """Links the titles of a page."""
    return LISTS.sub(lambda found: TITLES.sub(linked, found[0]), content)
