"""Word error rate of pocketsphinx (PyPI, en-US model, its own language model) on rendered sentences.

    python wer.py SENTENCES FOLDER [-v]      FOLDER/001.wav is the first sentence, and so on
"""
import re
import sys
import wave
from math import gcd

import numpy as np
from pocketsphinx import Config, Decoder
from scipy.signal import resample_poly


def load(path):
    """16 kHz samples of one level, as bytes."""
    with wave.open(path) as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16).astype(float)
        rate = file.getframerate()
    shared = gcd(16000, rate)
    samples = resample_poly(samples, 16000 // shared, rate // shared)
    return (samples / np.abs(samples).max() * 20000).astype(np.int16).tobytes()


def words(text):
    return re.sub(r"[^a-z' ]", " ", text.lower()).split()


def errors(wanted, heard):
    row = list(range(len(heard) + 1))
    for i, a in enumerate(wanted, 1):
        corner, row[0] = row[0], i
        for j, b in enumerate(heard, 1):
            corner, row[j] = row[j], min(corner + (a != b), row[j] + 1, row[j - 1] + 1)
    return row[-1]


def main():
    sentences, folder = sys.argv[1:3]
    decoder = Decoder(Config(loglevel="FATAL"))
    wrong = total = whole = 0
    lines = [line.strip() for line in open(sentences)]
    for at, line in enumerate(lines, 1):
        decoder.start_utt()
        decoder.process_raw(load(f"{folder}/{at:03}.wav"), full_utt=True)
        decoder.end_utt()
        hypothesis = decoder.hyp().hypstr if decoder.hyp() else ""
        wanted, heard = words(line), words(hypothesis)
        missed = errors(wanted, heard)
        wrong, total, whole = wrong + missed, total + len(wanted), whole + (missed == 0)
        if "-v" in sys.argv:
            print(f"{missed:2}/{len(wanted):2} {' '.join(wanted)}\n      {' '.join(heard)}")
    print(f"word error rate {100 * wrong / total:.1f} % ({wrong} of {total}), {whole} of {len(lines)} sentences whole")


main()
