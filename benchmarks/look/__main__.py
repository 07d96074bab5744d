"""The look on real portraits, node defaults: detail kept in the face, softness elsewhere, tones, clipping, size.

Run by `make bench`. Every figure is printed for our look, for the soft picture without restored
detail, and for the usual way: the sharp face pasted over the blur through the same mask.
"""

from __future__ import annotations

from testing.look import medians, run


def main() -> None:
    print("The look on single-face portraits, node defaults, medians")
    print(f"{'':20} {'size':>5} {'n':>3} {'eyes, mouth':>12} {'outside head':>13} {'shift/255':>10} {'clipped':>8}")
    for scale in (0.5, 1.0, 2.0):
        for name, figures in run(scale).items():
            row = medians(figures)
            print(
                f"{name:20} {scale:4}x {len(figures):3} {row.eyes_mouth:12.3f} {row.outside:13.3f} "
                f"{row.face_shift:10.3f} {row.clipped:8.2%}"
            )


if __name__ == "__main__":
    main()
