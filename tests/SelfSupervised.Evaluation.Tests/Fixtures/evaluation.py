"""Writes logistic.json, sgd.json, knn.json, retrieval.json, geometry.json and split.json with PyTorch and scikit-learn.

Run:  python3 evaluation.py      (beside this file; made with PyTorch 1.13 and scikit-learn 1.2 on a CPU)

Logistic regression is scikit-learn's by Newton's method, the neighbours, average precision and PCA are scikit-learn's, the
steps of SGD are torch.optim's with autograd; the split and the initial weights are drawn here from Philox in plain
integers. Inputs come from Python's own generator, rounded to four decimals.
"""
import json
import math
import pathlib
import random

import numpy
import sklearn.decomposition
import sklearn.linear_model
import sklearn.metrics
import sklearn.neighbors
import torch

MASK = 0xFFFFFFFF
HELD_OUT, PROBE_ORDER, PROBE_WEIGHTS = 0x600, 0x601, 0x602  # what the numbers are for


def philox(counter, key):
    c, k = list(counter), list(key)
    for _ in range(10):
        first, second = 0xD2511F53 * c[0], 0xCD9E8D57 * c[2]
        c = [(second >> 32) ^ c[1] ^ k[0], second & MASK, (first >> 32) ^ c[3] ^ k[1], first & MASK]
        k = [(k[0] + 0x9E3779B9) & MASK, (k[1] + 0xBB67AE85) & MASK]
    return c


assert philox((0,) * 4, (0,) * 2) == [0x6627E8D5, 0xE169C58D, 0xBC57AC4C, 0x9B00DBD8]


def words(seed, purpose, stream):
    block = 0
    while True:
        yield from philox((block, stream, 0, purpose), (seed & MASK, (seed >> 32) & MASK))
        block += 1


def below(stream, count):
    while True:
        product = next(stream) * count
        if product & MASK >= (1 << 32) % count:
            return product >> 32


def order(count, seed, purpose, stream):
    numbers, result = words(seed, purpose, stream), list(range(count))
    for i in range(count - 1, 0, -1):
        j = below(numbers, i + 1)
        result[i], result[j] = result[j], result[i]
    return result


def normal_numbers(count, seed, purpose, stream):
    numbers = words(seed, purpose, stream)
    result = []
    for _ in range(count):
        radius = math.sqrt(-2 * math.log((next(numbers) + 1) / 2**32))
        result.append(radius * math.cos(2 * math.pi * next(numbers) / 2**32))
    return result


def clusters(seed, rows, columns, classes, spread):
    """Normal points around one normal centre per class, and their classes."""
    generator = random.Random(seed)
    centres = [[generator.gauss(0, 1) for _ in range(columns)] for _ in range(classes)]
    labels = [generator.randrange(classes) if i >= classes else i for i in range(rows)]
    points = [[round(c + spread * generator.gauss(0, 1), 4) for c in centres[label]] for label in labels]
    return torch.tensor(points, dtype=torch.float64), torch.tensor(labels)


def stored(value):
    value = torch.as_tensor(numpy.asarray(value)) if not torch.is_tensor(value) else value
    kind = {torch.float64: "float64", torch.int64: "int64"}[value.dtype]
    return {"dtype": kind, "shape": list(value.shape), "data": value.detach().flatten().tolist()}


def case(name, numbers, **tensors):
    return {"name": name, "numbers": numbers, "tensors": {key: stored(value) for key, value in tensors.items()}}


def logistic(name, seed, rows, columns, classes, spread, l2):
    x, y = clusters(seed, rows, columns, classes, spread)
    model = sklearn.linear_model.LogisticRegression(
        C=1 / (l2 * rows), multi_class="multinomial", solver="newton-cg", tol=1e-12, max_iter=10000).fit(x.numpy(), y.numpy())
    weight, bias = torch.tensor(model.coef_), torch.tensor(model.intercept_)
    assert weight.shape[0] == classes > 2
    loss = torch.nn.functional.cross_entropy(x @ weight.t() + bias, y) + l2 / 2 * weight.square().sum()
    bias = bias - bias.mean()  # a constant in all biases changes nothing
    return case(name, {"l2": l2, "loss": loss.item()}, features=x, labels=y, weight=weight, bias=bias)


def sgd(name, seed, protocol, rows=40, columns=5, classes=3):
    x, y = clusters(seed, rows, columns, classes, 1.0)
    deviation = protocol["deviation"]
    initial = [normal_numbers(columns, seed, PROBE_WEIGHTS, c) for c in range(classes)]
    weight = (deviation * torch.tensor(initial, dtype=torch.float64)).requires_grad_()
    bias = torch.zeros(classes, dtype=torch.float64, requires_grad=True)
    optimizer = torch.optim.SGD(
        [weight, bias], lr=protocol["rate"], momentum=protocol["momentum"], weight_decay=protocol["decay"],
        nesterov=bool(protocol["nesterov"]))
    epochs, size = protocol["epochs"], protocol["batch"]
    steps, step, losses = epochs * math.ceil(rows / size), 0, []
    for epoch in range(epochs):
        sequence, total = torch.tensor(order(rows, seed, PROBE_ORDER, epoch)), 0.0
        for chosen in sequence.split(size):
            rate = protocol["rate"]
            if protocol["cosine"]:
                rate *= (1 + math.cos(math.pi * step / steps)) / 2
            elif protocol["milestone"]:
                rate *= 0.1 if epoch >= protocol["milestone"] else 1
            optimizer.param_groups[0]["lr"] = rate
            loss = torch.nn.functional.cross_entropy(x[chosen] @ weight.t() + bias, y[chosen])
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
            total += loss.item() * len(chosen)
            step += 1
        losses.append(total / rows)
    return case(name, {"seed": seed, **protocol}, features=x, labels=y, weight=weight, bias=bias,
                losses=torch.tensor(losses, dtype=torch.float64))


def knn(name, seed, neighbours, temperature, rows=60, queries=25, columns=6, classes=7):
    x, y = clusters(seed, rows + queries, columns, classes, 1.2)
    bank, test = x[:rows], x[rows:]
    model = sklearn.neighbors.KNeighborsClassifier(
        neighbours, metric="cosine", algorithm="brute",
        weights="uniform" if temperature == 0 else lambda distance: numpy.exp((1 - distance) / temperature))
    model.fit(bank.numpy(), y[:rows].numpy())
    shares = model.predict_proba(test.numpy())
    assert shares.shape[1] == classes
    ranks = numpy.argsort(-shares, axis=1, kind="stable")
    truth = y[rows:].numpy()
    top = {f"top{k}": int(sum(truth[i] in ranks[i, :k] for i in range(queries))) for k in (1, 5)}
    numbers = {"neighbours": neighbours, "temperature": temperature, **top}
    return case(name, numbers, bank=bank, bankLabels=y[:rows], queries=test, queryLabels=y[rows:], shares=shares,
                predictions=ranks[:, 0].astype(numpy.int64))


def retrieval(name, seed, rows=40, columns=4, classes=5):
    x, y = clusters(seed, rows, columns, classes, 1.0)
    unit = torch.nn.functional.normalize(x)
    similarity = (unit @ unit.t()).numpy()
    precision, recall = [], {1: 0, 3: 0, 10: 0}
    hits = dict(recall)
    for i in range(rows):
        others = numpy.array([j for j in range(rows) if j != i])
        relevant = (y[others] == y[i]).numpy()
        precision.append(sklearn.metrics.average_precision_score(relevant, similarity[i, others]))
        ranked = relevant[numpy.argsort(-similarity[i, others], kind="stable")]
        for k in recall:
            recall[k] += bool(ranked[:k].any()) / rows
            hits[k] += int(ranked[:k].sum()) / k / rows
    numbers = {"map": float(numpy.mean(precision))}
    numbers.update({f"recall{k}": recall[k] for k in recall})
    numbers.update({f"precision{k}": hits[k] for k in hits})
    return case(name, numbers, features=x, labels=y)


def geometry(name, seed, rows, columns):
    x, _ = clusters(seed, rows, columns, 4, 0.5)
    z, _ = clusters(seed + 1, rows, columns, 4, 0.5)
    unit, other = torch.nn.functional.normalize(x), torch.nn.functional.normalize(z)
    numbers = {
        "alignment": (unit - other).norm(dim=1).pow(2).mean().item(),
        "alignment1": (unit - other).norm(dim=1).mean().item(),
        "uniformity": torch.pdist(unit).pow(2).mul(-2).exp().mean().log().item(),
        "uniformity5": torch.pdist(unit).pow(2).mul(-5).exp().mean().log().item(),
    }
    spectra = {}
    for key, rowsOf in (("raw", x), ("unit", unit)):
        values = torch.linalg.svdvals(torch.cov(rowsOf.t()))
        shares = values / values.sum()
        numbers[f"effectiveRank.{key}"] = torch.special.entr(shares).sum().exp().item()
        numbers[f"participation.{key}"] = (values.sum() ** 2 / values.square().sum()).item()
        numbers[f"stableRank.{key}"] = (values.square().sum() / values[0] ** 2).item()
        spectra[f"spectrum.{key}"] = values
    count = min(3, columns)
    model = sklearn.decomposition.PCA(count, svd_solver="full").fit(x.numpy())
    rowsOf = model.components_ * numpy.sign(model.components_[range(count), abs(model.components_).argmax(1)])[:, None]
    return case(name, numbers, features=x, other=z, **spectra, vectors=rowsOf, variances=model.explained_variance_,
                shares=model.explained_variance_ratio_, projected=(x.numpy() - model.mean_) @ rowsOf.T)


def split(name, seed, labels, share):
    sizes = {c: labels.count(c) for c in set(labels)}
    quota = {c: min(math.floor(share * n + 0.5), n - 1) for c, n in sizes.items()}
    held = []
    for index in order(len(labels), seed, HELD_OUT, 0):
        if quota[labels[index]] > 0:
            held.append(index)
        quota[labels[index]] -= 1
    return case(name, {"seed": seed, "share": share}, labels=torch.tensor(labels), held=torch.tensor(sorted(held)))


def protocol(rate, epochs, batch, momentum=0.9, nesterov=0, decay=0.0, deviation=0.01, cosine=0, milestone=0):
    return {"rate": rate, "epochs": epochs, "batch": batch, "momentum": momentum, "nesterov": nesterov, "decay": decay,
            "deviation": deviation, "cosine": cosine, "milestone": milestone}


FILES = {
    "logistic": [
        logistic("well conditioned", 1, 60, 4, 3, 1.0, 0.01),
        logistic("weak penalty", 2, 80, 6, 4, 1.5, 1e-4),
        logistic("strong penalty", 3, 50, 5, 3, 1.0, 10.0),
        logistic("more columns than rows", 4, 20, 30, 4, 1.0, 0.001),
    ],
    "sgd": [
        sgd("plain", 11, protocol(0.1, 3, 16, momentum=0.0)),
        sgd("momentum and steps", 12, protocol(0.5, 6, 16, milestone=3)),
        sgd("nesterov, decay and cosine", 13, protocol(0.2, 5, 7, nesterov=1, decay=0.01, cosine=1)),
        sgd("one batch", 14, protocol(1.0, 20, 100, deviation=0.0)),
    ],
    "knn": [
        knn("weighted", 21, 20, 0.07),
        knn("weighted, all, hot", 22, 60, 1.0),
        knn("majority", 23, 9, 0),
        knn("nearest", 24, 1, 0.1),
    ],
    "retrieval": [retrieval("forty", 31)],
    "geometry": [geometry("wide set", 41, 50, 6), geometry("few rows", 43, 5, 8)],
    "split": [
        split("balanced", 5, [i % 4 for i in range(40)], 0.2),
        split("uneven, negative seed", -3, [0] * 11 + [1] * 2 + [2] + [3] * 6, 0.3),
        split("large seed", 123456789012345, [(i * i) % 7 for i in range(100)], 0.5),
    ],
}

if __name__ == "__main__":
    for name, cases in FILES.items():
        lines = ",\n".join(json.dumps(one) for one in cases)
        (pathlib.Path(__file__).parent / f"{name}.json").write_text(f"[\n{lines}\n]\n")
