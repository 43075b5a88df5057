# PyTorch in the benchmark: runs the rows it is asked for and answers with times in milliseconds.
import glob
import importlib.util
import json
import os
import sys
import time

import torch

torch.set_num_threads(1)
answers = os.fdopen(3, "w")
WARM_MS, ROUND_MS, MOST_RUNS = 400, 250, 2000


def answer(value):
    answers.write(json.dumps(value) + "\n")
    answers.flush()


def load_rows():
    rows = {}
    for path in sorted(glob.glob(os.path.join(os.path.dirname(os.path.abspath(__file__)), "rows", "*.py"))):
        spec = importlib.util.spec_from_file_location(os.path.basename(path)[:-3].replace("-", "_"), path)
        module = importlib.util.module_from_spec(spec)
        spec.loader.exec_module(module)
        rows.update(module.rows)
    return rows


def measure(run, limit):
    times = []
    end = time.perf_counter() + limit / 1000
    while True:
        start = time.perf_counter()
        run()
        now = time.perf_counter()
        times.append((now - start) * 1000)
        if now >= end or len(times) >= MOST_RUNS:
            return {"ms": sorted(times)[len(times) // 2], "best": min(times)}


rows = load_rows()
answer({"version": "PyTorch " + torch.__version__ + ", one thread"})
ready = (None, None)
for line in sys.stdin:
    question = json.loads(line)
    try:
        if ready[0] != question["row"]:
            if question["row"] not in rows:
                raise RuntimeError("not measured")
            torch.manual_seed(0)
            ready = (question["row"], rows[question["row"]]())
        answer(measure(ready[1], WARM_MS if question.get("warm") else ROUND_MS))
    except Exception as error:
        ready = (None, None)
        answer({"error": str(error).split("\n")[0]})
