//! Every method, spacing and kind of prediction beside `diffusers`, whose network here is a formula.

use serde::Deserialize;

use super::{Scheduler, SchedulerConfig};

#[derive(Deserialize)]
struct Case {
    config: serde_json::Value,
    steps: usize,
    strength: f64,
    start: Vec<f32>,
    times: Vec<f64>,
    after: Vec<Vec<f32>>,
}

const START: [f32; 4] = [0.9, -1.3, 0.2, 0.05];
const ADDED: [f32; 4] = [0.4, 0.1, -0.6, 1.1];

fn close(ours: &[f32], theirs: &[f32], what: &str) {
    for (ours, theirs) in ours.iter().zip(theirs) {
        let most = 1e-4 * (1.0 + theirs.abs());
        assert!((ours - theirs).abs() < most, "{what}: {ours} instead of {theirs}");
    }
}

fn check(case: &Case) {
    let name = format!("{} steps, {}", case.steps, case.config);
    let config = SchedulerConfig::parse(&case.config.to_string()).unwrap();
    let mut scheduler = Scheduler::new(&config, case.steps, case.strength).unwrap();
    let first = scheduler.steps().start;
    let mut sample = if case.strength < 1.0 {
        scheduler.noised(first, &START, &ADDED)
    } else {
        START.iter().map(|x| x * scheduler.start() as f32).collect()
    };
    close(&sample, &case.start, &name);
    assert_eq!(scheduler.steps().len(), case.times.len(), "{name}");
    let mut drawn = 0;
    let mut noise = |count: usize| {
        drawn += count;
        (drawn - count..drawn).map(|index| (1.7 * index as f64).sin() as f32).collect()
    };
    for (step, (time, after)) in scheduler.steps().zip(case.times.iter().zip(&case.after)) {
        assert!((scheduler.time(step) - time).abs() < 2e-3, "{name}: time {step}");
        let shown = scheduler.shown(step, &sample);
        let predicted: Vec<f32> =
            shown.iter().map(|x| (3.0 * x + *time as f32 / 500.0).sin()).collect();
        sample = scheduler.step(step, &predicted, &sample, &mut noise);
        close(&sample, after, &format!("step {step} of {name}"));
    }
    // After the last step nothing is added.
    assert_eq!(scheduler.noised(case.steps, &START, &ADDED), START);
}

#[test]
fn every_step_is_that_of_diffusers() {
    let golden = include_str!("../../../tests/golden/schedulers.json");
    let cases: Vec<Case> = serde_json::from_str(golden).unwrap();
    assert!(cases.len() >= 15);
    cases.iter().for_each(check);
}

#[test]
fn what_is_not_served_is_named() {
    let with = |class: &str, more: &str| {
        SchedulerConfig::parse(&format!(r#"{{"_class_name": "{class}"{more}}}"#)).unwrap_err()
    };
    assert!(with("HeunDiscreteScheduler", "").contains("EulerDiscreteScheduler"));
    assert!(with("DDIMScheduler", r#", "num_train_timesteps": 0"#).contains("num_train_timesteps"));
    assert!(with("DDIMScheduler", r#", "beta_start": 2"#).contains("beta_start"));
    let config = SchedulerConfig::parse(r#"{"_class_name": "LCMScheduler"}"#).unwrap();
    let error = Scheduler::new(&config, 51, 1.0).unwrap_err().to_string();
    assert!(error.contains("1 to 50"), "{error}");
}
