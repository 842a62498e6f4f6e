"""Formants and pitch of rendered syllables of Mandarin, beside published values.

    cargo run --release -p voice --example say -- generators/voice/examples/tones.txt OUT alder
    python tracks.py OUT

Reference formants in Hz are means of men (Wu and Lin 1989); tones are given by Chao's levels.
"""
import json
import sys
import wave

import numpy as np
from scipy.linalg import solve_toeplitz

VOWELS = {5: ("i", 290, 2360), 6: ("u", 380, 440), 7: ("ü", 290, 2160), 8: ("a", 1000, 1160), 9: ("e", 540, 1040),
          10: ("zi", 380, 1380), 11: ("zhi", 390, 1820)}


def load(folder, at):
    with wave.open(f"{folder}/{at:03}.wav") as file:
        samples = np.frombuffer(file.readframes(file.getnframes()), np.int16) / 32768
        rate = file.getframerate()
    phones = json.load(open(f"{folder}/{at:03}.json"))["phones"]
    return samples, rate, [p for p in phones if p[0]][-1]


def formants(samples, rate):
    """The first resonances by linear prediction at 8 kHz bandwidth."""
    spectrum = np.fft.rfft(samples)
    keep = int(len(samples) * 4500 / rate)
    low = np.fft.irfft(spectrum[:keep])
    low = np.append(low[0], low[1:] - 0.95 * low[:-1]) * np.hamming(len(low))
    order = 11
    r = np.array([np.dot(low[: len(low) - k], low[k:]) for k in range(order + 1)])
    a = solve_toeplitz(r[:-1] * (1 + 1e-6 * (np.arange(order) == 0)), r[1:])
    roots = np.roots(np.append(1, -a))
    roots = roots[np.imag(roots) > 0.01]
    hz, width = np.angle(roots) * 9000 / (2 * np.pi), -np.log(np.abs(roots)) * 9000 / np.pi
    return sorted(f for f, w in zip(hz, width) if w < 600 and f > 150)


def pitch(samples, rate):
    x = samples - samples.mean()
    r = np.correlate(x, x, "full")[len(x) - 1 :]
    low, high = int(rate / 350), int(rate / 55)
    return rate / (low + np.argmax(r[low:high]))


def main():
    folder = sys.argv[1]
    for at, name in zip(range(1, 5), ["55", "35", "214", "51"]):
        samples, rate, (_, start, end) = load(folder, at)
        row = []
        for share in (0.1, 0.3, 0.5, 0.7, 0.9):
            middle = int((start + (end - start) * share) * rate)
            half = int(0.02 * rate)
            row.append(12 * np.log2(pitch(samples[max(0, middle - half) : middle + half], rate) / 105))
        # A short stretch of a moving pitch may be taken for an octave more or less.
        row = [v + 12 if v < -8 else v - 12 if v > 8 else v for v in row]
        print(f"tone {at} ({name}): " + " ".join(f"{v:+.1f}" for v in row) + " semitones")
    for at, (name, first, second) in VOWELS.items():
        samples, rate, (_, start, end) = load(folder, at)
        middle, half = int((start + end) / 2 * rate), int(0.03 * rate)
        found = formants(samples[middle - half : middle + half], rate)[:3]
        print(f"{name}: {' '.join(f'{f:.0f}' for f in found)} (published F1 {first}, F2 {second})")


main()
