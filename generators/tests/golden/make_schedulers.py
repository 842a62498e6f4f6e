"""Steps of `diffusers`' schedulers with a network that is a formula.

python make_schedulers.py > schedulers.json    (diffusers 0.42)
"""

import json
import math
import sys

import diffusers
import torch
from diffusers.schedulers import scheduling_euler_ancestral_discrete, scheduling_lcm

START = [0.9, -1.3, 0.2, 0.05]
BASE = dict(beta_start=0.00085, beta_end=0.012, beta_schedule="scaled_linear")
CASES = [
    ("DDIMScheduler", dict(BASE, steps_offset=1, clip_sample=False, set_alpha_to_one=False), 8, 1.0),
    ("DDIMScheduler", dict(BASE, prediction_type="v_prediction", timestep_spacing="trailing",
                           rescale_betas_zero_snr=True, clip_sample=False), 6, 1.0),
    ("DDIMScheduler", dict(BASE, prediction_type="sample", timestep_spacing="linspace"), 7, 1.0),
    ("DDIMScheduler", dict(beta_schedule="squaredcos_cap_v2"), 5, 0.6),
    ("EulerDiscreteScheduler", dict(BASE, steps_offset=1, timestep_spacing="leading"), 7, 1.0),
    ("EulerDiscreteScheduler", dict(BASE, prediction_type="v_prediction", use_karras_sigmas=True), 6, 1.0),
    ("EulerDiscreteScheduler", dict(BASE, timestep_spacing="trailing", final_sigmas_type="sigma_min"), 5, 0.5),
    ("EulerDiscreteScheduler", dict(BASE, prediction_type="v_prediction", timestep_spacing="trailing",
                                    rescale_betas_zero_snr=True), 6, 1.0),
    ("EulerAncestralDiscreteScheduler", dict(BASE, steps_offset=1, timestep_spacing="trailing"), 4, 1.0),
    ("EulerAncestralDiscreteScheduler", dict(BASE, prediction_type="v_prediction"), 6, 0.7),
    ("UniPCMultistepScheduler", dict(BASE, steps_offset=1, timestep_spacing="leading"), 8, 1.0),
    ("UniPCMultistepScheduler", dict(BASE, prediction_type="v_prediction", use_karras_sigmas=True), 6, 1.0),
    ("UniPCMultistepScheduler", dict(BASE, prediction_type="sample", timestep_spacing="trailing",
                                     final_sigmas_type="sigma_min"), 5, 1.0),
    ("UniPCMultistepScheduler", dict(BASE), 9, 0.5),
    ("UniPCMultistepScheduler", dict(BASE), 1, 1.0),
    ("LCMScheduler", dict(BASE), 4, 1.0),
    ("LCMScheduler", dict(BASE, prediction_type="v_prediction", original_inference_steps=40), 3, 0.5),
]
drawn = 0


def noise(shape, **_):
    """The same noise as the test draws."""
    global drawn
    count = math.prod(shape)
    numbers = [math.sin(1.7 * (drawn + index)) for index in range(count)]
    drawn += count
    return torch.tensor(numbers, dtype=torch.float32).reshape(shape)


scheduling_euler_ancestral_discrete.randn_tensor = noise
scheduling_lcm.randn_tensor = noise
cases = []
for name, settings, steps, strength in CASES:
    drawn = 0
    scheduler = getattr(diffusers, name)(**settings)
    sample = torch.tensor(START).reshape(1, 4, 1, 1)
    if name == "LCMScheduler":
        scheduler.set_timesteps(steps, strength=strength)
        times = scheduler.timesteps
    else:
        scheduler.set_timesteps(steps)
        first = steps - max(1, min(int(steps * strength), steps))
        times = scheduler.timesteps[first:]
        if hasattr(scheduler, "set_begin_index"):
            scheduler.set_begin_index(first)
    if strength < 1:
        added = torch.tensor([0.4, 0.1, -0.6, 1.1]).reshape(1, 4, 1, 1)
        sample = scheduler.add_noise(sample, added, times[:1])
    else:
        sample = sample * scheduler.init_noise_sigma
    start, after = sample.flatten().tolist(), []
    for time in times:
        shown = scheduler.scale_model_input(sample, time)
        predicted = torch.sin(3 * shown + float(time) / 500)
        sample = scheduler.step(predicted, time, sample).prev_sample
        after.append(sample.flatten().tolist())
    config = {key: value for key, value in scheduler.config.items() if not key.startswith("_")}
    config["_class_name"] = name
    cases.append(dict(config=config, steps=steps, strength=strength, start=start,
                      times=[float(time) for time in times], after=after))
json.dump(cases, sys.stdout, indent=1)
