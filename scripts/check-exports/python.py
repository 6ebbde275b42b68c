"""Reads exports with transformers, PEFT and onnxruntime: {"jobs": [{"key", "kind", "folder", "base", "texts", "ids"}]} on standard input → a line
{"key", "ids", "values"} or {"key", "error"} each."""
import json
import sys

import numpy as np
import torch
from transformers import AutoConfig, AutoModelForCausalLM, AutoModelForSequenceClassification, AutoTokenizer

torch.set_num_threads(1)


def log_probabilities(logits, ids):
    """ln p of every next token, float64."""
    scores = np.asarray(logits, dtype=np.float64)
    scores = scores - scores.max(-1, keepdims=True)
    logp = scores - np.log(np.exp(scores).sum(-1, keepdims=True))
    return [float(logp[t, ids[t + 1]]) for t in range(len(ids) - 1)]


def opened(kind, folder, base):
    # eager attention is the one that applies Gemma 2's caps
    plain = {"dtype": torch.float32, "attn_implementation": "eager"}
    if kind == "hf":
        return AutoModelForCausalLM.from_pretrained(folder, **plain).eval()
    if kind == "score":
        return AutoModelForSequenceClassification.from_pretrained(folder, **plain).eval()
    from peft import PeftModel

    if kind == "peft":
        return PeftModel.from_pretrained(AutoModelForCausalLM.from_pretrained(base, **plain), folder).eval()
    own = AutoConfig.from_pretrained(folder)
    scoring = AutoModelForSequenceClassification.from_pretrained(base, num_labels=1, pad_token_id=own.pad_token_id, **plain)
    return PeftModel.from_pretrained(scoring, folder).eval()


def with_transformers(kind, folder, base, ids):
    model = opened(kind, folder, base)
    with torch.no_grad():
        return [log_probabilities(model(torch.tensor([row])).logits[0].numpy(), row) for row in ids]


def with_classifier(kind, folder, base, ids):
    """All rows together, padded on the right, and each alone: both must agree."""
    model = opened(kind, folder, base)
    pad = model.config.pad_token_id
    assert pad is not None, "config.json names no padding token"
    assert model.config.num_labels == 1, model.config.num_labels
    longest = max(map(len, ids))
    rows = torch.tensor([row + [pad] * (longest - len(row)) for row in ids])
    mask = torch.tensor([[1] * len(row) + [0] * (longest - len(row)) for row in ids])
    with torch.no_grad():
        together = model(rows, attention_mask=mask).logits[:, 0].tolist()
        alone = [model(torch.tensor([row])).logits[0, 0].item() for row in ids]
    assert np.abs(np.array(together) - np.array(alone)).max() < 1e-4, (together, alone)
    return [[score] for score in together]


def with_onnxruntime(folder, ids):
    """Each row alone; then all rows together, padded on the left, in two pieces over the cache: both must agree."""
    import onnxruntime

    config = AutoConfig.from_pretrained(folder)
    session = onnxruntime.InferenceSession(f"{folder}/onnx/model.onnx", providers=["CPUExecutionProvider"])
    names = [i.name for i in session.get_inputs()]
    layers = config.num_hidden_layers
    cache = next(i for i in session.get_inputs() if i.name.endswith(".key")).shape
    outputs = [o.name for o in session.get_outputs()]
    parts = [f"{i}.{part}" for i in range(layers) for part in ("key", "value")]
    positions_in = ["position_ids"] if "position_ids" in names else []
    assert names == ["input_ids", "attention_mask", *positions_in, *(f"past_key_values.{part}" for part in parts)], names
    assert outputs == ["logits", *(f"present.{part}" for part in parts)], outputs

    def run(tokens, mask, positions, past):
        feeds = {"input_ids": tokens, "attention_mask": mask, **past}
        if positions_in:
            feeds["position_ids"] = positions
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


def values(job):
    kind, folder, base, ids = (job[key] for key in ("kind", "folder", "base", "ids"))
    if kind == "onnx":
        return with_onnxruntime(folder, ids)
    if kind in ("score", "peft score"):
        return with_classifier(kind, folder, base, ids)
    return with_transformers(kind, folder, base, ids)


for job in json.load(sys.stdin)["jobs"]:
    try:
        tokenizer = AutoTokenizer.from_pretrained(job["folder"])
        found = {"ids": [tokenizer(text)["input_ids"] for text in job["texts"]], "values": values(job)}
    except Exception as error:
        found = {"error": f"{type(error).__name__}: {error}"[:400]}
    print(json.dumps({"key": job["key"], **found}), flush=True)
