//! Second opinions: checkers beside the rule pack, such as a guard model on a server.
//!
//! A checker may be slow, fail or panic; then nothing is released and the record names it with what
//! became of it. Its opinion is about the whole, so a checker of outputs makes streams wait for their
//! end.

mod remote;

use std::{fmt, sync::Arc, time::Duration};

use async_trait::async_trait;
use policy::Hook;
pub(crate) use remote::Remote;
use tokio::{task::JoinSet, time::timeout};
use types::{Action, CheckRun, Decision, Finding, Language, Modality};

use crate::{
    config::CheckerSection, installation::Installation, pipeline::LineError, wiring::Stages,
};

/// What a checker is asked about.
#[derive(Debug, Clone)]
pub struct Question {
    /// Before or after generation.
    pub hook: Hook,
    /// What is asked for.
    pub modality: Modality,
    /// The language of messages to people.
    pub language: Language,
    /// The words: a prompt, a text, what is said in a sound; may be empty.
    pub text: String,
    /// Pictures as JPEG files, at most 1,024 pixels a side.
    pub pictures: Vec<Vec<u8>>,
}

/// Why a checker has no opinion.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct CheckerError(pub String);

/// Something that judges beside the rule pack.
///
/// # Contract
/// - Nothing is kept of what is asked.
/// - Calls run concurrently; a call whose future is dropped stops.
/// - Nobody retries: an error refuses the request.
#[async_trait]
pub trait Checker: fmt::Debug + Send + Sync {
    /// What it found; empty: nothing.
    ///
    /// # Errors
    /// [`CheckerError`] when it cannot say.
    async fn check(&self, question: &Question) -> Result<Vec<Finding>, CheckerError>;
}

/// A checker with the place where it is asked.
#[derive(Debug, Clone)]
pub struct Post {
    /// Its name in records.
    pub name: String,
    /// Who is asked.
    pub checker: Arc<dyn Checker>,
    /// Before generation.
    pub input: bool,
    /// After generation.
    pub output: bool,
    /// Whether it looks at pictures, too.
    pub pictures: bool,
    /// When it has no opinion by then, nothing is released.
    pub deadline: Duration,
}

/// The configured checkers.
#[derive(Debug, Clone, Default)]
pub(crate) struct Checkers(Arc<[Post]>);

impl From<Vec<Post>> for Checkers {
    fn from(posts: Vec<Post>) -> Self {
        Self(posts.into())
    }
}

impl Checkers {
    /// Those of the configuration.
    ///
    /// # Errors
    /// A sentence naming the checker that cannot be used.
    pub(crate) fn open(installation: &Installation) -> Result<Self, String> {
        let sections = installation.config().policy.checkers.iter();
        let posts: Result<Vec<Post>, String> = sections
            .map(|(name, section)| {
                let post = post(installation, name, section);
                post.map_err(|reason| format!("policy.checkers.{name}: {reason}"))
            })
            .collect();
        Ok(posts?.into())
    }

    /// Whether somebody is asked at this place.
    pub(crate) fn are_asked(&self, hook: Hook) -> bool {
        self.0.iter().any(|post| post.is_at(hook))
    }

    /// Whether somebody looks at pictures at this place.
    pub(crate) fn look(&self, hook: Hook) -> bool {
        self.0.iter().any(|post| post.is_at(hook) && post.pictures)
    }

    /// Asks everybody at once and adds what they say to a decision.
    ///
    /// # Errors
    /// [`LineError::Policy`] when one has no opinion; the decision then names it.
    pub(crate) async fn ask(
        &self,
        question: Question,
        decision: &mut Decision,
    ) -> Result<(), LineError> {
        let mut asked = JoinSet::new();
        for (place, post) in self.0.iter().enumerate().filter(|(_, post)| post.is_at(question.hook))
        {
            let mut question = question.clone();
            if !post.pictures {
                question.pictures.clear();
            }
            if !question.text.trim().is_empty() || !question.pictures.is_empty() {
                asked.spawn(answered(place, post.clone(), question));
            } else {
                decision.checks.push(run(&post.name, "nothing_to_read"));
            }
        }
        let mut answers = Vec::new();
        while let Some(answer) = asked.join_next().await {
            // Each catches its own panic; this one ends with the program.
            answers.push(answer.map_err(|_| LineError::Stopped)?);
        }
        answers.sort_by_key(|(place, ..)| *place);
        let mut wrong = None;
        for (_, name, answer) in answers {
            match answer {
                Ok(findings) => {
                    decision.checks.push(run(&name, "ran"));
                    for finding in findings {
                        decision.action = decision.action.max(finding.action);
                        decision.findings.push(finding);
                    }
                }
                Err(problem) => {
                    decision.checks.push(run(&name, problem.name()));
                    wrong.get_or_insert_with(|| format!("the checker `{name}` {problem}"));
                }
            }
        }
        wrong.map_or(Ok(()), |wrong| Err(LineError::Policy(wrong)))
    }
}

impl Stages {
    /// The same rooms with these checkers beside the rules, in place of configured ones.
    #[must_use]
    pub fn with_checkers(mut self, posts: Vec<Post>) -> Self {
        self.checkers = posts.into();
        self
    }
}

impl Post {
    const fn is_at(&self, hook: Hook) -> bool {
        match hook {
            Hook::Input => self.input,
            Hook::Output => self.output,
        }
    }
}

/// What became of a checker that has no opinion.
#[derive(Debug, thiserror::Error)]
enum Problem {
    #[error("took too long")]
    TimedOut,
    #[error("failed: {0}")]
    Failed(CheckerError),
    #[error("broke down")]
    Panicked,
}

impl Problem {
    const fn name(&self) -> &'static str {
        match self {
            Self::TimedOut => "timed_out",
            Self::Failed(_) => "failed",
            Self::Panicked => "panicked",
        }
    }
}

type Answer = Result<Vec<Finding>, Problem>;

/// One checker's answer; a task of its own, so that a panic ends only that.
async fn answered(place: usize, post: Post, question: Question) -> (usize, String, Answer) {
    let Post { name, checker, deadline, .. } = post;
    let mut task = JoinSet::new();
    task.spawn(async move { checker.check(&question).await });
    let answer = match timeout(deadline, task.join_next()).await {
        Err(_) => Err(Problem::TimedOut),
        Ok(Some(Ok(Ok(findings)))) => Ok(findings.into_iter().map(possible).collect()),
        Ok(Some(Ok(Err(error)))) => Err(Problem::Failed(error)),
        Ok(Some(Err(_)) | None) => Err(Problem::Panicked),
    };
    (place, name, answer)
}

/// A checker says nothing of where: so nothing can be taken out or written otherwise.
fn possible(mut finding: Finding) -> Finding {
    if matches!(finding.action, Action::Redact | Action::Rewrite) {
        finding.action = Action::Review;
    }
    finding
}

fn run(check: &str, outcome: &str) -> CheckRun {
    CheckRun { check: check.to_owned(), outcome: outcome.to_owned() }
}

fn post(installation: &Installation, name: &str, section: &CheckerSection) -> Result<Post, String> {
    Ok(Post {
        name: name.to_owned(),
        checker: Arc::new(Remote::new(installation, name, section)?),
        input: section.input,
        output: section.output,
        pictures: section.pictures,
        deadline: Duration::from_secs(section.seconds_max),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug)]
    enum Mood {
        Fine,
        Sleeps,
        Errs,
        Panics,
    }

    #[async_trait]
    impl Checker for Mood {
        async fn check(&self, _: &Question) -> Result<Vec<Finding>, CheckerError> {
            match self {
                Self::Fine => Ok(vec![found(Action::Redact)]),
                Self::Sleeps => std::future::pending().await,
                Self::Errs => Err(CheckerError("no model is loaded".to_owned())),
                Self::Panics => panic!("a bug"),
            }
        }
    }

    fn found(action: Action) -> Finding {
        Finding {
            rule: "guard/hate".into(),
            rule_version: 1,
            action,
            category: types::Category::Hate,
            kind: "checker".into(),
            score: 0.9,
            spans: vec![],
            obfuscated: false,
            shadow: false,
            message: "No.".into(),
        }
    }

    fn asked(mood: Mood) -> (Result<(), LineError>, Decision) {
        let post = Post {
            name: "guard".into(),
            checker: Arc::new(mood),
            input: true,
            output: false,
            pictures: false,
            deadline: Duration::from_millis(20),
        };
        let engine = policy::Engine::from_toml("id = \"x\"\nversion = \"1\"").unwrap();
        let mut decision = Decision {
            action: Action::Allow,
            findings: vec![],
            checks: vec![],
            policy: engine.version().clone(),
        };
        let question = Question {
            hook: Hook::Input,
            modality: Modality::Text,
            language: Language::En,
            text: "Hello".into(),
            pictures: vec![],
        };
        let checkers = Checkers::from(vec![post]);
        assert!(checkers.are_asked(Hook::Input) && !checkers.are_asked(Hook::Output));
        let runtime = tokio::runtime::Builder::new_current_thread().enable_time().build().unwrap();
        let answer = runtime.block_on(checkers.ask(question, &mut decision));
        (answer, decision)
    }

    #[test]
    fn what_cannot_be_taken_out_waits_for_a_person() {
        let (answer, decision) = asked(Mood::Fine);
        answer.unwrap();
        assert_eq!(decision.action, Action::Review);
        assert_eq!(decision.checks, [run("guard", "ran")]);
    }

    #[test]
    fn no_opinion_is_an_error_that_is_named() {
        for (mood, outcome) in
            [(Mood::Sleeps, "timed_out"), (Mood::Errs, "failed"), (Mood::Panics, "panicked")]
        {
            let (answer, decision) = asked(mood);
            assert!(matches!(answer, Err(LineError::Policy(_))), "{outcome}");
            assert_eq!(decision.checks, [run("guard", outcome)]);
            assert_eq!(decision.action, Action::Allow);
        }
    }
}
