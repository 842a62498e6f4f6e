"""Writes running text, a paragraph a line, for examples/train_context.rs.

    python3 paragraphs.py en corpus.txt.xz > english.txt
    python3 paragraphs.py zh cold_train.jsonl.gz > chinese.txt
"""

import gzip
import json
import sys

from make_lexicons import documents

if sys.argv[1] == "en":
    for line in documents(sys.argv[2]):
        if len(line) > 60 and "<|endoftext|>" not in line:
            print(line.strip())
else:
    with gzip.open(sys.argv[2], "rt", encoding="utf-8") as rows:
        for row in rows:
            print(json.loads(row)["text"].replace("\n", " "))
