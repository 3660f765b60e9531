"""Evaluation on frozen features with scikit-learn and PyTorch: what the benchmark FrozenFeatures is held against.

Run:  python3 evaluation.py      (needs torch and scikit-learn; threads as OMP_NUM_THREADS says)

10,000 training and 10,000 test features of 512 dimensions in 10 classes, drawn as the benchmark draws them. Prints the
median of five runs after one that is not counted.
"""
import statistics
import time
import warnings

import torch
import torch.nn.functional as F
from sklearn.decomposition import PCA
from sklearn.linear_model import LogisticRegression

warnings.filterwarnings("ignore")
generator = torch.Generator().manual_seed(0)
centres = torch.randn(10, 512, generator=generator) * 0.25
mix = torch.randn(512, 512, generator=generator) / 512**0.5
y = torch.arange(20_000) % 10
x = torch.relu((centres[y] + torch.randn(20_000, 512, generator=generator)) @ mix + 0.2)
train, test, train_y, test_y = x[:10_000], x[10_000:], y[:10_000], y[10_000:]


def measure(name, run):
    run()
    times = []
    for _ in range(5):
        start = time.perf_counter()
        result = run()
        times.append(time.perf_counter() - start)
    print(f"{name}: {statistics.median(times):.2f} s, {result}")


def logistic(features, labels, l2):
    model = LogisticRegression(C=1 / (l2 * len(features)), multi_class="multinomial", tol=1e-5, max_iter=1000)
    return model.fit(features.numpy(), labels.numpy())


def scaled(features, like):
    return (features - like.mean(0)) / like.std(0, unbiased=False)


def sweep():
    order = torch.randperm(10_000)
    fit, held = order[2000:], order[:2000]
    features, labels = scaled(train, train[fit]), train_y
    scores = {l2: logistic(features[fit], labels[fit], l2).score(features[held].numpy(), labels[held].numpy())
              for l2 in [10.0**k for k in range(-6, 3)]}
    best = max(scores, key=scores.get)
    return best, logistic(scaled(train, train), labels, best).score(scaled(test, train).numpy(), test_y.numpy())


def sgd():
    features = scaled(train, train)
    weight, bias = (torch.randn(10, 512) * 0.01).requires_grad_(), torch.zeros(10, requires_grad=True)
    optimizer = torch.optim.SGD([weight, bias], lr=0.2, momentum=0.9, nesterov=True)
    for _ in range(100):
        for rows in torch.randperm(10_000).split(512):
            loss = F.cross_entropy(features[rows] @ weight.t() + bias, train_y[rows])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return ((scaled(test, train) @ weight.t() + bias).argmax(1) == test_y).float().mean().item()


def neighbours():
    bank, hits = F.normalize(train).t(), 0
    for queries, labels in zip(test.split(1677), test_y.split(1677)):
        similarity, rows = (F.normalize(queries) @ bank).topk(200)
        weights = ((similarity - similarity[:, :1]) / 0.07).exp()
        hits += (torch.zeros(len(queries), 10).scatter_add_(1, train_y[rows], weights).argmax(1) == labels).sum().item()
    return hits / len(test)


def mean_average_precision():
    unit, total, ranks = F.normalize(train), 0.0, torch.arange(1, 10_000, dtype=torch.float64)
    for start in range(0, 10_000, 200):
        similarity = unit[start:start + 200] @ unit.t()
        similarity[torch.arange(200), torch.arange(start, start + 200)] = -torch.inf
        order = torch.sort(similarity, dim=1, descending=True, stable=True)[1][:, :-1]
        relevant = (train_y[order] == train_y[start:start + 200, None]).double()
        total += (relevant.cumsum(1) / ranks * relevant).sum(1).div(relevant.sum(1)).sum().item()
    return total / 10_000


if __name__ == "__main__":
    print(f"torch {torch.__version__}, {torch.get_num_threads()} threads")
    measure("scikit-learn, nine penalties and the final fit", sweep)
    measure("scikit-learn, one logistic regression", lambda: logistic(train, train_y, 1e-3).n_iter_[0])
    measure("PyTorch, SGD probe of 100 epochs", sgd)
    measure("PyTorch, 200 neighbours", neighbours)
    measure("PyTorch, mean average precision", mean_average_precision)
    measure("scikit-learn, two principal components", lambda: PCA(2, svd_solver="full").fit(train.numpy()).explained_variance_[0])
