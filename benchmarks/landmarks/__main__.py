"""Do the face's points lie where they belong, and do points and masks follow the picture when it is changed?

Run alone: `python -m benchmarks.landmarks [--refine 2]`. Points are compared with marks made by eye and with those of
the mirrored, scaled and turned picture, by the distance of the eyes' centres; masks with those of the changed
picture, by their mean absolute difference in the boxes of the faces.
"""

from __future__ import annotations

import argparse
from statistics import median

import torch

from softfocus.faces import load_face_nets
from testing.faces.landmark_errors import MASK_CHANGES, POINT_CHANGES, mark_errors, mask_errors, point_errors
from testing.portraits import portraits


def main(argv: list[str] | None = None) -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--threads", type=int, default=torch.get_num_threads())
    parser.add_argument("--refine", type=int, default=0, help="passes over the face's outline")
    settings = parser.parse_args(argv)
    torch.set_num_threads(settings.threads)
    nets, chosen = load_face_nets(), list(portraits())
    by_eye = mark_errors(nets, chosen)
    worst = max(by_eye, key=lambda each: by_eye[each])
    print(
        f"marks, % of the eyes' distance, {len(by_eye)} portraits: median {100 * median(by_eye.values()):.2f}", end=", "
    )
    print(f"mean {100 * sum(by_eye.values()) / len(by_eye):.2f}, worst {100 * by_eye[worst]:.2f} {worst}")
    print(f"points, % of the eyes' distance, {len(chosen)} portraits   median   worst portrait's median")
    for name, change in POINT_CHANGES.items():
        errors = point_errors(nets, change, chosen)
        worst = max(errors, key=lambda each: errors[each].median().item())
        every = torch.stack(list(errors.values()))
        print(f"{name:47}  {100 * every.median():6.2f}   {100 * errors[worst].median():6.2f} {worst}")
    print(f"detail mask, mean difference, refine {settings.refine}     median    worst")
    for name, by_portrait in mask_errors(nets, MASK_CHANGES, chosen, settings.refine).items():
        worst = max(by_portrait, key=lambda each: by_portrait[each])
        print(f"{name:40}  {median(by_portrait.values()):.4f}   {by_portrait[worst]:.4f} {worst}")


if __name__ == "__main__":
    main()
