//! Packs the lexicon and learns letter-to-sound rules from it.
//!
//! `cargo run --release -p voice --example letters -- cmudict.dict generators/voice/data`
//! prints the error on words kept aside, then learns from all and writes `lexicon.z`, `letters.z`.
#![expect(
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::unwrap_used,
    reason = "a tool run by hand"
)]

use std::{collections::HashMap, env, fs, path::Path};

use voice::letters::{LETTERS, LetterRules, QUESTIONS, answers, arpa_code, letter};

type Word = (String, Vec<u8>);
type Chunk = [u8; 2];

fn main() {
    let mut given = env::args().skip(1);
    let (dictionary, out) = (given.next().unwrap(), given.next().unwrap());
    let words = words(&fs::read_to_string(dictionary).unwrap());
    let aside = |at: &usize| at % 10 == 7;
    let learn: Vec<Word> = pick(&words, |at| !aside(&at));
    let judge: Vec<Word> = pick(&words, |at| aside(&at));
    let rules = LetterRules::from_bytes(&train(&learn)).unwrap();
    report(&rules, &judge);
    let bytes = train(&words);
    let packed = lexicon(&words);
    for (name, bytes) in [("letters.z", bytes), ("lexicon.z", packed)] {
        let small = miniz_oxide::deflate::compress_to_vec(&bytes, 10);
        println!("{name}: {} bytes, {} deflated", bytes.len(), small.len());
        fs::write(Path::new(&out).join(name), small).unwrap();
    }
}

fn pick(words: &[Word], keep: impl Fn(usize) -> bool) -> Vec<Word> {
    words.iter().enumerate().filter(|(at, _)| keep(*at)).map(|(_, word)| word.clone()).collect()
}

/// First pronunciations of words in `a`–`z` and `'`; possessives of other words are left out.
fn words(text: &str) -> Vec<Word> {
    let mut all: Vec<Word> = Vec::new();
    for line in text.lines() {
        let line = line.split('#').next().unwrap_or("");
        let mut parts = line.split_whitespace();
        let Some(word) = parts.next() else { continue };
        if word.chars().all(|c| letter(c).is_some()) {
            all.push((word.to_owned(), parts.filter_map(arpa_code).collect()));
        }
    }
    let known: std::collections::HashSet<String> = all.iter().map(|word| word.0.clone()).collect();
    all.retain(|(word, _)| !word.strip_suffix("'s").is_some_and(|stem| known.contains(stem)));
    all.sort();
    all.dedup_by(|a, b| a.0 == b.0);
    all
}

/// Shared beginnings are said by their length; then the phones, a zero after each word.
fn lexicon(words: &[Word]) -> Vec<u8> {
    let (mut spelling, mut sounds, mut before) = (Vec::new(), Vec::new(), String::new());
    for (word, phones) in words {
        let shared = word.bytes().zip(before.bytes()).take_while(|(a, b)| a == b).count();
        spelling.push(shared as u8);
        spelling.extend(word.bytes().skip(shared));
        sounds.extend(phones);
        sounds.push(0);
        before.clone_from(word);
    }
    let mut all = (spelling.len() as u32).to_le_bytes().to_vec();
    all.extend(spelling);
    all.extend(sounds);
    all
}

fn chunks(phones: &[u8], from: usize, length: usize) -> Chunk {
    let mut chunk = [0; 2];
    chunk[..length].copy_from_slice(&phones[from..from + length]);
    chunk
}

/// The likeliest way to give each letter no, one or two phones.
fn align(letters: &[u8], phones: &[u8], cost: &dyn Fn(u8, Chunk) -> f64) -> Option<Vec<Chunk>> {
    let (n, m) = (letters.len(), phones.len());
    let mut best = vec![vec![(f64::INFINITY, 0); m + 1]; n + 1];
    best[0][0].0 = 0.0;
    for i in 0..n {
        for j in 0..=m {
            for length in 0..=2.min(m - j) {
                let total = best[i][j].0 + cost(letters[i], chunks(phones, j, length));
                if total < best[i + 1][j + length].0 {
                    best[i + 1][j + length] = (total, length);
                }
            }
        }
    }
    if best[n][m].0.is_infinite() {
        return None;
    }
    let (mut aligned, mut j) = (Vec::new(), m);
    for i in (1..=n).rev() {
        let length = best[i][j].1;
        j -= length;
        aligned.push(chunks(phones, j, length));
    }
    aligned.reverse();
    Some(aligned)
}

struct Sample {
    answers: [u8; QUESTIONS],
    chunk: u16,
}

fn train(words: &[Word]) -> Vec<u8> {
    let spelt: Vec<(Vec<u8>, &Vec<u8>)> = words
        .iter()
        .map(|(word, phones)| (word.chars().filter_map(letter).collect(), phones))
        .collect();
    let vowel_letter = |l: u8| [0, 4, 8, 14, 20, 24].contains(&l);
    let mut table: HashMap<(u8, Chunk), f64> = HashMap::new();
    for round in 0..7 {
        let cost = |l: u8, chunk: Chunk| -> f64 {
            if round > 0 {
                return table.get(&(l, chunk)).copied().unwrap_or(18.0);
            }
            let fits = chunk[0] == 0 || vowel_letter(l) == (chunk[0] >= 25);
            let length = if chunk[1] > 0 {
                4.0
            } else if chunk[0] > 0 {
                0.0
            } else {
                2.0
            };
            length + if fits { 0.0 } else { 3.0 }
        };
        let mut counts: HashMap<(u8, Chunk), f64> = HashMap::new();
        let mut sums = [0.0; LETTERS];
        for (letters, phones) in &spelt {
            for (l, chunk) in letters.iter().zip(align(letters, phones, &cost).unwrap_or_default())
            {
                *counts.entry((*l, chunk)).or_default() += 1.0;
                sums[usize::from(*l)] += 1.0;
            }
        }
        table = counts
            .into_iter()
            .map(|(key, n)| (key, -(n / sums[usize::from(key.0)]).ln()))
            .collect();
    }
    let cost = |l: u8, chunk: Chunk| {
        table.get(&(l, chunk)).copied().filter(|c| *c < 9.0).unwrap_or(f64::INFINITY)
    };
    let mut classes: Vec<Chunk> = Vec::new();
    let mut number: HashMap<Chunk, u16> = HashMap::new();
    let mut samples: Vec<Vec<Sample>> = (0..LETTERS).map(|_| Vec::new()).collect();
    for (letters, phones) in &spelt {
        let Some(aligned) = align(letters, phones, &cost) else { continue };
        for at in 0..letters.len() {
            let chunk = *number.entry(aligned[at]).or_insert_with(|| {
                classes.push(aligned[at]);
                classes.len() as u16 - 1
            });
            let answers = answers(letters, at, &aligned[at + 1..]);
            samples[usize::from(letters[at])].push(Sample { answers, chunk });
        }
    }
    let mut bytes = Vec::new();
    for mut of_letter in samples {
        grow(&mut of_letter, &classes, &mut bytes);
    }
    bytes
}

fn entropy(counts: &[u32], total: f64) -> f64 {
    counts.iter().filter(|n| **n > 0).map(|n| -f64::from(*n) * (f64::from(*n) / total).log2()).sum()
}

/// Splits where a question tells most; a leaf reads what is most frequent.
fn grow(samples: &mut [Sample], classes: &[Chunk], bytes: &mut Vec<u8>) {
    let many = classes.len();
    let mut all = vec![0u32; many];
    for sample in samples.iter() {
        all[usize::from(sample.chunk)] += 1;
    }
    let total = samples.len() as f64;
    let here = entropy(&all, total.max(1.0));
    let mut best = (0.0, 0, 0);
    if here > 0.0 && samples.len() >= 4 {
        let mut counts = vec![0u32; 72 * many];
        for question in 0..QUESTIONS {
            counts.fill(0);
            let mut sums = [0u32; 72];
            for sample in samples.iter() {
                let value = usize::from(sample.answers[question]);
                counts[value * many + usize::from(sample.chunk)] += 1;
                sums[value] += 1;
            }
            for value in 0..72 {
                let yes = f64::from(sums[value]);
                if yes < 2.0 || total - yes < 2.0 {
                    continue;
                }
                let inside = &counts[value * many..(value + 1) * many];
                let outside: Vec<u32> = all.iter().zip(inside).map(|(a, b)| a - b).collect();
                let gain = here - entropy(inside, yes) - entropy(&outside, total - yes);
                if gain > best.0 {
                    best = (gain, question, value);
                }
            }
        }
    }
    if best.0 < 4.0 {
        let most = (0..many).max_by_key(|class| all[*class]).unwrap_or(0);
        bytes.push(255);
        bytes.extend(if samples.is_empty() { [0, 0] } else { classes[most] });
        return;
    }
    let (_, question, value) = best;
    samples.sort_by_key(|sample| usize::from(sample.answers[question]) != value);
    let split = samples.iter().take_while(|s| usize::from(s.answers[question]) == value).count();
    bytes.extend([question as u8, value as u8]);
    let (yes, no) = samples.split_at_mut(split);
    grow(yes, classes, bytes);
    grow(no, classes, bytes);
}

fn distance(a: &[u8], b: &[u8]) -> usize {
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, x) in a.iter().enumerate() {
        let mut corner = row[0];
        row[0] = i + 1;
        for (j, y) in b.iter().enumerate() {
            let next = (corner + usize::from(x != y)).min(row[j] + 1).min(row[j + 1] + 1);
            corner = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[b.len()]
}

fn report(rules: &LetterRules, words: &[Word]) {
    let plain = |code: u8| if code >= 25 { 25 + (code - 25) / 3 } else { code };
    let (mut phones, mut wrong, mut plain_wrong, mut whole, mut plain_whole) = (0, 0, 0, 0, 0);
    for (word, said) in words {
        let read: Vec<u8> = rules
            .read(word)
            .iter()
            .filter_map(|p| arpa_code(&format!("{}{}", p.name, p.stress)))
            .collect();
        phones += said.len();
        let with = distance(&read, said);
        let strip = |codes: &[u8]| codes.iter().map(|c| plain(*c)).collect::<Vec<u8>>();
        let without = distance(&strip(&read), &strip(said));
        wrong += with;
        plain_wrong += without;
        whole += usize::from(with == 0);
        plain_whole += usize::from(without == 0);
    }
    let share = |a: usize, b: usize| 100.0 * a as f64 / b as f64;
    println!(
        "{} words kept aside: phones wrong {:.2} % (with stress {:.2} %), words right {:.1} % (with stress {:.1} %)",
        words.len(),
        share(plain_wrong, phones),
        share(wrong, phones),
        share(plain_whole, words.len()),
        share(whole, words.len())
    );
}
