"""OpenCV's inpainting on the pictures that the example `bench` left: PSNR and SSIM.

    pip install opencv-python-headless scikit-image
    python peers.py PHOTOS OUT
"""
import glob
import os
import sys

import cv2
import numpy as np
from skimage.metrics import structural_similarity

photos, out = sys.argv[1], sys.argv[2]
cv2.setNumThreads(1)


def figures(truth, picture, mask):
    error = (truth.astype(float) - picture) ** 2
    psnr = 10 * np.log10(255**2 / max(error.mean(), 1e-9))
    inside = 10 * np.log10(255**2 / max(error[mask > 0].mean(), 1e-9))
    ssim = structural_similarity(
        truth, picture, channel_axis=2, gaussian_weights=True, sigma=1.5, use_sample_covariance=False
    )
    return psnr, inside, ssim


print("| Filled by | PSNR | inside the mask | SSIM |\n|---|---|---|---|")
for kind in ["scratches", "dust", "holes", "all"]:
    table = {}
    for path in sorted(glob.glob(f"{out}/fill-{kind}-*-mask.png")):
        base = path[: -len("-mask.png")]
        name = os.path.basename(base)[len(f"fill-{kind}-") :].rsplit("-", 1)[0]
        truth = cv2.imread(glob.glob(f"{photos}/{name}.*")[0])
        damaged = cv2.imread(f"{base}-damaged.png")
        mask = cv2.imread(path, cv2.IMREAD_GRAYSCALE)
        results = {"ours": cv2.imread(f"{base}-ours.png")}
        for method, flag in [("Telea", cv2.INPAINT_TELEA), ("NS", cv2.INPAINT_NS)]:
            for radius in [3, 5]:
                results[f"OpenCV {method}, radius {radius}"] = cv2.inpaint(damaged, mask, radius, flag)
        for method, picture in results.items():
            table.setdefault(method, []).append(figures(truth, picture, mask))
    for method, rows in table.items():
        print(f"| {kind}: {method} | " + " | ".join(f"{value:.3f}" for value in np.mean(rows, axis=0)) + " |")
