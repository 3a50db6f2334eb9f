"""Writes callcenter/static/sounds/waiting.wav: what callers hear while they wait. Soft chords, quiet enough to talk over.

Telephone quality (8 kHz, 8 bit, mono), 16 seconds that end as they begin, so that they can follow themselves.
"""

import math
import wave
from pathlib import Path

RATE = 8000
BEAT = 2.0
TARGET = Path(__file__).resolve().parents[1] / "callcenter" / "static" / "sounds" / "waiting.wav"
C, D, E, F, G, A, B = 261.63, 293.66, 329.63, 349.23, 392.0, 440.0, 493.88
CHORDS = (
    (C, E, G),
    (A / 2, C, E),
    (F / 2, A / 2, C),
    (G / 2, B / 2, D),
    (C, E, G),
    (E / 2, G / 2, B / 2),
    (F / 2, A / 2, C),
    (G / 2, B / 2, D),
)
LOUDNESS = 0.16


def sample(at: float) -> float:
    """The sum of a chord's tones at a moment, each struck at its own fraction of the beat and dying away."""
    chord = CHORDS[int(at / BEAT) % len(CHORDS)]
    within = at % BEAT
    total = 0.0
    for order, tone in enumerate(chord):
        since = within - order * BEAT / 6
        if since >= 0:
            fade = min(1.0, since / 0.03) * math.exp(-1.6 * since) * min(1.0, (BEAT - within) / 0.05)
            total += fade * (math.sin(2 * math.pi * tone * since) + 0.25 * math.sin(4 * math.pi * tone * since))
    return total * LOUDNESS


def main() -> None:
    count = int(RATE * BEAT * len(CHORDS))
    frames = bytes(max(0, min(255, round(128 + 127 * sample(i / RATE)))) for i in range(count))
    TARGET.parent.mkdir(exist_ok=True)
    with wave.open(str(TARGET), "wb") as sound:
        sound.setparams((1, 1, RATE, count, "NONE", "not compressed"))
        sound.writeframes(frames)


if __name__ == "__main__":
    main()
