//! The likeliest writings: several are followed at once, of several sources at once.
//!
//! The rules are those of `transformers`: of twice as many candidates as there are beams the best
//! go on, a writing that ends is rated by its mean logarithm, and the search is over when none that
//! goes on can become better than those that ended.

use std::cmp::Ordering;

use super::{Memory, Reading, Source};
use crate::GeneratorError;

/// A decoder that can be searched.
pub(crate) trait Writes {
    /// An empty memory.
    fn memory(&self) -> Memory;

    /// Reads one token for each reading and gives the logits after it.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when a token is unknown or there are too many.
    fn write(
        &self,
        ids: &[u32],
        readings: &mut [Reading<'_>],
    ) -> Result<Vec<Vec<f32>>, GeneratorError>;
}

/// How to search.
#[derive(Debug, Clone)]
pub(crate) struct Search {
    /// Writings that are followed at once, at least one.
    pub(crate) beams: usize,
    /// The power of its length that the logarithm of a writing is divided by.
    pub(crate) length_penalty: f32,
    /// Whether as many ends as beams are enough.
    pub(crate) early: bool,
    /// What the decoder reads first.
    pub(crate) start: u32,
    pub(crate) end: u32,
    /// Whether the longest writing must end.
    pub(crate) forced_end: bool,
    /// What a writing must begin with.
    pub(crate) forced_begin: Option<u32>,
    /// Tokens that are never written.
    pub(crate) never: Vec<u32>,
}

/// A writing with its rating, the higher the better.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hypothesis {
    /// Without start and end.
    pub(crate) tokens: Vec<u32>,
    pub(crate) score: f32,
}

/// A writing that goes on.
#[derive(Debug)]
struct Beam {
    tokens: Vec<u32>,
    sum: f32,
    memory: Memory,
}

/// All writings of one source.
#[derive(Debug)]
struct Course {
    source: usize,
    /// Tokens that a writing may have, with its end.
    longest: usize,
    beams: Vec<Beam>,
    ended: Vec<Hypothesis>,
    done: bool,
}

/// A way in which a writing may go on.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    beam: usize,
    token: u32,
    sum: f32,
}

impl Search {
    /// The best writings for each source, best first, each of at most as many tokens (with its end)
    /// as is said beside its source; `wanted` is asked before every step.
    ///
    /// # Errors
    /// [`GeneratorError::Failed`] when numbers are not finite, and what `wanted` answers.
    pub(crate) fn run(
        &self,
        network: &dyn Writes,
        sources: &[(Source, usize)],
        wanted: &dyn Fn() -> Result<(), GeneratorError>,
    ) -> Result<Vec<Vec<Hypothesis>>, GeneratorError> {
        let begin = |(source, (_, longest)): (usize, &(Source, usize))| {
            let beam = Beam { tokens: Vec::new(), sum: 0.0, memory: network.memory() };
            let (beams, ended, done) = (vec![beam], Vec::new(), *longest == 0);
            Course { source, longest: *longest, beams, ended, done }
        };
        let mut courses: Vec<Course> = sources.iter().enumerate().map(begin).collect();
        let longest = sources.iter().map(|(_, longest)| *longest).max().unwrap_or(0);
        for length in 1..=longest {
            wanted()?;
            let mut logits = self.read(network, sources, &mut courses)?.into_iter();
            for course in courses.iter_mut().filter(|course| !course.done) {
                let own: Vec<Vec<f32>> = logits.by_ref().take(course.beams.len()).collect();
                self.step(course, own, length)?;
            }
            if courses.iter().all(|course| course.done) {
                break;
            }
        }
        Ok(courses.into_iter().map(|course| self.finish(course)).collect())
    }

    /// Lets all writings of all courses read their last token.
    fn read(
        &self,
        network: &dyn Writes,
        sources: &[(Source, usize)],
        courses: &mut [Course],
    ) -> Result<Vec<Vec<f32>>, GeneratorError> {
        let mut ids = Vec::new();
        let mut readings = Vec::new();
        for course in courses.iter_mut().filter(|course| !course.done) {
            let Some((source, _)) = sources.get(course.source) else { continue };
            for beam in &mut course.beams {
                ids.push(beam.tokens.last().copied().unwrap_or(self.start));
                readings.push(Reading { memory: &mut beam.memory, source, rows: 1, watched: None });
            }
        }
        network.write(&ids, &mut readings)
    }

    fn step(
        &self,
        course: &mut Course,
        logits: Vec<Vec<f32>>,
        length: usize,
    ) -> Result<(), GeneratorError> {
        let mut candidates = Vec::new();
        for (beam, mut logits) in logits.into_iter().enumerate() {
            let sum = course.beams.get(beam).map_or(0.0, |beam| beam.sum);
            self.rate(&mut logits, length, course.longest)?;
            best(&logits, 2 * self.beams, (beam, sum), &mut candidates);
        }
        candidates.sort_by(by_sum);
        candidates.truncate(2 * self.beams);
        let mut next = Vec::with_capacity(self.beams);
        for (rank, candidate) in candidates.into_iter().enumerate() {
            let ends = candidate.token == self.end;
            let Some(beam) = course.beams.get(candidate.beam) else { continue };
            if ends && rank < self.beams {
                let tokens = beam.tokens.clone();
                course.ended.push(Hypothesis { tokens, score: self.score(candidate.sum, length) });
            } else if !ends && next.len() < self.beams {
                next.push(candidate);
            }
        }
        course.ended.sort_by(|a, b| b.score.total_cmp(&a.score));
        course.ended.truncate(self.beams);
        course.beams = follow(std::mem::take(&mut course.beams), &next);
        let hopes = course
            .beams
            .iter()
            .map(|beam| self.score(beam.sum, length))
            .fold(f32::NEG_INFINITY, f32::max);
        let enough = course.ended.len() >= self.beams;
        let worst = course.ended.last().map_or(f32::NEG_INFINITY, |worst| worst.score);
        // One beam is the greedy way, which ends where it ends.
        let stops = enough && (self.early || self.beams == 1 || hopes <= worst);
        course.done = stops || course.beams.is_empty() || length == course.longest;
        Ok(())
    }

    /// Turns logits into logarithms of probabilities, and takes the chance from what may not come.
    fn rate(
        &self,
        logits: &mut [f32],
        length: usize,
        longest: usize,
    ) -> Result<(), GeneratorError> {
        let most = logits.iter().copied().fold(f32::NEG_INFINITY, f32::max);
        let sum: f32 = logits.iter().map(|logit| (logit - most).exp()).sum();
        if !sum.is_finite() {
            let reason = "it gave numbers that are not finite: its weights are damaged";
            return Err(GeneratorError::Failed(reason.to_owned()));
        }
        let all = most + sum.ln();
        logits.iter_mut().for_each(|logit| *logit -= all);
        for id in &self.never {
            if let Some(logit) = logits.get_mut(*id as usize) {
                *logit = f32::NEG_INFINITY;
            }
        }
        let forced = if length == 1 { self.forced_begin } else { None };
        let forced = forced.or((self.forced_end && length == longest).then_some(self.end));
        if let Some(id) = forced {
            for (index, logit) in logits.iter_mut().enumerate() {
                *logit = if index == id as usize { 0.0 } else { f32::NEG_INFINITY };
            }
        }
        Ok(())
    }

    fn score(&self, sum: f32, length: usize) -> f32 {
        sum / (length as f32).powf(self.length_penalty)
    }

    /// Those that ended, else those that were cut off.
    fn finish(&self, course: Course) -> Vec<Hypothesis> {
        if !course.ended.is_empty() {
            return course.ended;
        }
        let cut = |beam: Beam| Hypothesis {
            score: self.score(beam.sum, beam.tokens.len().max(1)),
            tokens: beam.tokens,
        };
        course.beams.into_iter().map(cut).collect()
    }
}

fn by_sum(a: &Candidate, b: &Candidate) -> Ordering {
    b.sum.total_cmp(&a.sum).then(a.beam.cmp(&b.beam)).then(a.token.cmp(&b.token))
}

/// Adds the `count` best ways in which one writing may go on.
fn best(logits: &[f32], count: usize, (beam, sum): (usize, f32), candidates: &mut Vec<Candidate>) {
    let first = candidates.len();
    let mut least = f32::NEG_INFINITY;
    for (token, logit) in logits.iter().enumerate() {
        if *logit <= least {
            continue;
        }
        candidates.push(Candidate { beam, token: token as u32, sum: sum + logit });
        // Sorted now and then only: most of a vocabulary is never likely.
        if candidates.len() - first >= 8 * count {
            least = shrink(candidates, first, count) - sum;
        }
    }
    shrink(candidates, first, count);
}

/// Keeps the best of those from `first` on, and says how good the worst of them is.
fn shrink(candidates: &mut Vec<Candidate>, first: usize, count: usize) -> f32 {
    if let Some(own) = candidates.get_mut(first..) {
        own.sort_by(by_sum);
    }
    candidates.truncate(first + count);
    candidates.last().map_or(f32::NEG_INFINITY, |last| last.sum)
}

/// The writings that go on. A memory is copied only where two go on from one.
fn follow(beams: Vec<Beam>, next: &[Candidate]) -> Vec<Beam> {
    let mut left: Vec<usize> = vec![0; beams.len()];
    for candidate in next {
        if let Some(count) = left.get_mut(candidate.beam) {
            *count += 1;
        }
    }
    let mut beams: Vec<Option<Beam>> = beams.into_iter().map(Some).collect();
    let mut followed = Vec::with_capacity(next.len());
    for candidate in next {
        let (Some(slot), Some(count)) =
            (beams.get_mut(candidate.beam), left.get_mut(candidate.beam))
        else {
            continue;
        };
        *count -= 1;
        let memory = match (&*slot, *count) {
            (Some(beam), 1..) => beam.memory.clone(),
            _ => slot.as_mut().map(|beam| std::mem::take(&mut beam.memory)).unwrap_or_default(),
        };
        let Some(beam) = slot else { continue };
        let mut tokens = beam.tokens.clone();
        tokens.push(candidate.token);
        followed.push(Beam { tokens, sum: candidate.sum, memory });
    }
    followed
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Writes by a table: what follows a token.
    struct Table(Vec<Vec<f32>>);

    impl Writes for Table {
        fn memory(&self) -> Memory {
            Memory::new(1)
        }

        fn write(
            &self,
            ids: &[u32],
            readings: &mut [Reading<'_>],
        ) -> Result<Vec<Vec<f32>>, GeneratorError> {
            for (reading, id) in readings.iter_mut().zip(ids) {
                reading.memory.layers[0].keys.push(*id as f32);
                reading.memory.tokens += 1;
            }
            Ok(ids
                .iter()
                .map(|id| self.0[*id as usize].iter().map(|p: &f32| p.ln()).collect())
                .collect())
        }
    }

    fn search(beams: usize) -> Search {
        Search {
            beams,
            length_penalty: 1.0,
            early: false,
            start: 0,
            end: 3,
            forced_end: false,
            forced_begin: None,
            never: Vec::new(),
        }
    }

    /// From 0 the likeliest is 1, after which everything is unlikely; 2 leads to a sure end.
    fn table() -> Table {
        Table(vec![
            vec![0.0, 0.6, 0.4, 0.0],
            vec![0.25, 0.25, 0.25, 0.25],
            vec![0.0, 0.0, 0.0, 1.0],
            vec![0.0, 0.0, 0.0, 1.0],
        ])
    }

    fn run(search: &Search, longest: usize) -> Vec<Hypothesis> {
        let sources = [(Source::default(), longest), (Source::default(), longest)];
        let mut found = search.run(&table(), &sources, &|| Ok(())).unwrap();
        let other = found.pop().unwrap();
        assert_eq!(found, std::slice::from_ref(&other));
        other
    }

    #[test]
    fn beams_find_what_the_greedy_way_misses() {
        let greedy = run(&search(1), 6);
        assert_eq!(greedy[0].tokens[0], 1);
        let beams = run(&search(3), 6);
        assert_eq!(beams[0].tokens, [2]);
        assert!((beams[0].score - 0.4_f32.ln() / 2.0).abs() < 1e-6);
        assert!(beams.windows(2).all(|pair| pair[0].score >= pair[1].score));
    }

    #[test]
    fn what_is_forced_comes_and_what_is_forbidden_does_not() {
        let never = run(&Search { never: vec![2], ..search(3) }, 6);
        assert!(never.iter().all(|found| !found.tokens.contains(&2)));
        let forced = run(&Search { forced_begin: Some(1), forced_end: true, ..search(2) }, 2);
        assert_eq!(forced[0].tokens, [1]);
    }

    #[test]
    fn what_never_ends_is_cut_off() {
        let circle = Table(
            vec![vec![0.0, 1.0, 0.0, 0.0]; 4]
                .into_iter()
                .map(|mut row| {
                    row[0] = 0.5;
                    row
                })
                .collect(),
        );
        let found = search(2).run(&circle, &[(Source::default(), 6)], &|| Ok(())).unwrap();
        assert_eq!(found[0][0].tokens.len(), 6);
        let stopped = || Err(GeneratorError::Cancelled);
        assert!(search(2).run(&circle, &[(Source::default(), 6)], &stopped).is_err());
    }
}
