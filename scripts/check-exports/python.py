"""Reads a Hugging Face folder with transformers or an ONNX folder with onnxruntime: python python.py hf|onnx FOLDER < {"texts", "ids"} → {"ids", "logps"}."""
import json
import sys

import numpy as np

kind, folder = sys.argv[1:3]
request = json.load(sys.stdin)
from transformers import AutoConfig, AutoTokenizer


def log_probabilities(logits, ids):
    """ln p of every next token, float64."""
    scores = np.asarray(logits, dtype=np.float64)
    scores = scores - scores.max(-1, keepdims=True)
    logp = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    return [float(logp[t, ids[t + 1]]) for t in range(len(ids) - 1)]


def with_transformers(ids):
    import torch
    from transformers import AutoModelForCausalLM

    model = AutoModelForCausalLM.from_pretrained(folder, dtype=torch.float32).eval()
    with torch.no_grad():
        return [log_probabilities(model(torch.tensor([row])).logits[0].numpy(), row) for row in ids]


def with_onnxruntime(ids):
    """Each row alone; then all rows together, padded on the left, in two pieces over the cache: both must agree."""
    import onnxruntime

    config = AutoConfig.from_pretrained(folder)
    session = onnxruntime.InferenceSession(f"{folder}/onnx/model.onnx", providers=["CPUExecutionProvider"])
    names = [i.name for i in session.get_inputs()]
    layers = sum(name.endswith(".key") for name in names)
    cache = next(i for i in session.get_inputs() if i.name.endswith(".key")).shape
    outputs = [o.name for o in session.get_outputs()]
    assert outputs[0] == "logits" and f"present.{layers - 1}.value" in outputs, outputs
    assert config.vocab_size > 0

    def run(tokens, mask, positions, past):
        feeds = {"input_ids": tokens, "attention_mask": mask, "position_ids": positions, **past}
        found = dict(zip(outputs, session.run(None, feeds)))
        return found["logits"], {n.replace("present", "past_key_values"): v for n, v in found.items() if n != "logits"}

    def empty(batch):
        shape = (batch, cache[1], 0, cache[3])
        return {n: np.zeros(shape, np.float32) for n in names if n.startswith("past_key_values")}

    alone = []
    for row in ids:
        n = len(row)
        logits, _ = run(np.array([row]), np.ones((1, n), np.int64), np.arange(n)[None], empty(1))
        alone.append(log_probabilities(logits[0], row))
    longest = max(map(len, ids))
    tokens = np.array([[0] * (longest - len(row)) + row for row in ids])
    mask = np.array([[0] * (longest - len(row)) + [1] * len(row) for row in ids])
    positions = np.maximum(mask.cumsum(-1) - 1, 0)
    cut = longest // 2
    first, past = run(tokens[:, :cut], mask[:, :cut], positions[:, :cut], empty(len(ids)))
    second, _ = run(tokens[:, cut:], mask, positions[:, cut:], past)
    together = np.concatenate([first, second], 1)
    for i, row in enumerate(ids):
        found = log_probabilities(together[i, longest - len(row) :], row)
        assert np.abs(np.array(found) - np.array(alone[i])).max() < 1e-4, (i, found, alone[i])
    return alone


tokenizer = AutoTokenizer.from_pretrained(folder)
logps = with_transformers(request["ids"]) if kind == "hf" else with_onnxruntime(request["ids"])
print(json.dumps({"ids": [tokenizer(text)["input_ids"] for text in request["texts"]], "logps": logps}))
