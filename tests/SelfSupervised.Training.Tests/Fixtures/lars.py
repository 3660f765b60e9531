"""Writes lars.json: the three forms of LARS, step by step, in PyTorch.

Run:  python3 lars.py        (beside this file; any PyTorch from 1.13; made with 1.13 on a CPU)

LARC is what lightly and solo-learn do: the gradient is rescaled and handed to torch.optim.SGD, which also moves the
excluded vector. The other two are google-research/simclr's, whose two kinds of momentum are written as in their paper:
the sum over all past gradients, rather than a running velocity. Inputs come from Python's own generator.
"""
import json
import pathlib
import random

import torch

DTYPES = {torch.float64: "float64", torch.float32: "float32"}
FORMS = ["classic", "popular", "larc"]
RATES = [0.5, 2.0, 1.0, 0.25]
TRUST = 0.02


def normal(generator, shape, dtype):
    return torch.tensor([round(generator.gauss(0, 1), 4) for _ in range(torch.Size(shape).numel())], dtype=dtype).reshape(shape)


def look_ahead(history, momentum, nesterov):
    """The momentum's sum over the past, newest last; with Nesterov one step further."""
    velocity = sum(momentum ** (len(history) - 1 - i) * one for i, one in enumerate(history))
    return momentum * velocity + history[-1] if nesterov else velocity


def simclr(weight, gradients, form, momentum, decay, nesterov, epsilon):
    history, steps = [], []
    for rate, gradient in zip(RATES, gradients):
        direction = gradient + decay * weight
        if form == "classic":
            history.append(rate * TRUST * weight.norm() / (direction.norm() + epsilon) * direction)
            weight = weight - look_ahead(history, momentum, nesterov)
        else:
            history.append(direction)
            update = look_ahead(history, momentum, nesterov)
            weight = weight - rate * TRUST * weight.norm() / (update.norm() + epsilon) * update
        steps.append(weight)
    return torch.stack(steps)


def sgd(weight, gradients, momentum, decay, nesterov, epsilon, adapted):
    parameter = torch.nn.Parameter(weight.clone())
    optimizer = torch.optim.SGD([parameter], lr=1, momentum=momentum, nesterov=nesterov)
    steps = []
    for rate, gradient in zip(RATES, gradients):
        optimizer.param_groups[0]["lr"] = rate
        data = parameter.detach()
        trust = TRUST * data.norm() / (gradient.norm() + decay * data.norm() + epsilon)
        parameter.grad = (gradient + decay * data) * trust if adapted else gradient.clone()
        optimizer.step()
        steps.append(parameter.detach().clone())
    return torch.stack(steps)


def excluded(vector, gradients, form, momentum, nesterov):
    """Plain momentum. The classic one remembers the rate of each step, which torch's SGD does not."""
    if form != "classic":
        return sgd(vector, gradients, momentum, 0, nesterov, 0, adapted=False)
    history, steps = [], []
    for rate, gradient in zip(RATES, gradients):
        history.append(rate * gradient)
        vector = vector - look_ahead(history, momentum, nesterov)
        steps.append(vector)
    return torch.stack(steps)


def case(form, momentum, decay, nesterov, epsilon, dtype):
    generator = random.Random(7)
    weight, vector = normal(generator, [2, 3], dtype), normal(generator, [3], dtype)
    weight_gradients = normal(generator, [len(RATES), 2, 3], dtype)
    vector_gradients = normal(generator, [len(RATES), 3], dtype)
    if form == "larc":
        weights = sgd(weight, weight_gradients, momentum, decay, nesterov, epsilon, adapted=True)
    else:
        weights = simclr(weight, weight_gradients, form, momentum, decay, nesterov, epsilon)
    tensors = {
        "weight": weight, "weight.grads": weight_gradients, "weight.steps": weights,
        "vector": vector, "vector.grads": vector_gradients,
        "vector.steps": excluded(vector, vector_gradients, form, momentum, nesterov),
        "rates": torch.tensor(RATES, dtype=torch.float64),
    }
    numbers = {"form": FORMS.index(form), "momentum": momentum, "decay": decay, "nesterov": int(nesterov),
               "epsilon": epsilon, "trust": TRUST}
    stored = {k: {"dtype": DTYPES[t.dtype], "shape": list(t.shape), "data": t.flatten().tolist()} for k, t in tensors.items()}
    name = f"{form}, {'Nesterov' if nesterov else 'momentum'} {momentum}, decay {decay}, epsilon {epsilon}, {DTYPES[dtype]}"
    return {"name": name, "numbers": numbers, "tensors": stored}


CASES = [
    case(form, 0.9, decay, nesterov, 0, torch.float64) for form in FORMS for nesterov in (False, True) for decay in (0, 0.1)
] + [case(form, 0.5, 0.01, True, 0.3, torch.float32) for form in FORMS]

if __name__ == "__main__":
    lines = ",\n".join(json.dumps(one) for one in CASES)
    (pathlib.Path(__file__).parent / "lars.json").write_text(f"[\n{lines}\n]\n")
