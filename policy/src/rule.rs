//! A rule once it is checked.

use time::{OffsetDateTime, format_description::well_known::Rfc3339};
use types::{Action, Category, Language, Role};

use crate::{
    Hook, PolicyError, Scope,
    matchers::{Builder, ClauseId},
    pack::{MatcherText, Message, Mode, OneOrMany, RuleText, ScopeText, UnlessText, WhenText},
};

/// How near matches must be that belong together, in code points.
const WITHIN: usize = 160;
/// What is left of a rule that somebody takes back: it is still on record.
const OVERRIDDEN: Action = Action::Flag;
/// A larger distance would keep a stream waiting.
const WITHIN_MAX: usize = 1_000;

/// A rule that makes sense; what it looks for is in the matchers, under its clauses.
#[derive(Debug)]
pub(crate) struct Rule {
    pub(crate) id: String,
    pub(crate) version: u32,
    pub(crate) category: Category,
    pub(crate) action: Action,
    pub(crate) mode: Mode,
    pub(crate) when: When,
    may_override: Vec<Role>,
    scope: ScopeText,
    valid: (Option<i64>, Option<i64>),
    message: (String, String),
}

/// When a rule fires: the first clause matches, every other one near it, and `unless` does not.
#[derive(Debug)]
pub(crate) struct When {
    pub(crate) first: ClauseId,
    pub(crate) others: Vec<ClauseId>,
    pub(crate) within: usize,
    pub(crate) unless: Option<(ClauseId, usize)>,
}

impl When {
    /// One match decides, whatever stands near it.
    pub(crate) const fn is_simple(&self) -> bool {
        self.others.is_empty() && self.unless.is_none()
    }

    /// Every clause, also that of `unless`.
    pub(crate) fn clauses(&self) -> impl Iterator<Item = ClauseId> {
        let unless = self.unless.map(|unless| unless.0);
        [self.first].into_iter().chain(self.others.iter().copied()).chain(unless)
    }

    /// How far from a match text can still matter.
    pub(crate) fn reach(&self) -> usize {
        let others = if self.others.is_empty() { 0 } else { self.within };
        others.max(self.unless.as_ref().map_or(0, |unless| unless.1))
    }
}

impl Rule {
    /// Checks a rule and hands what it looks for to the matchers.
    pub(crate) fn build(
        text: &RuleText,
        line: usize,
        matchers: &mut Builder,
    ) -> Result<Self, PolicyError> {
        let wrong = |reason: String| PolicyError::Rule { rule: text.id.clone(), line, reason };
        let when = build_when(text, matchers).map_err(wrong)?;
        let valid = (
            time_of(text.valid_from.as_deref()).map_err(wrong)?,
            time_of(text.valid_until.as_deref()).map_err(wrong)?,
        );
        if let (Some(from), Some(until)) = valid
            && from >= until
        {
            return Err(wrong(
                "valid_until is not after valid_from: the rule would never apply".into(),
            ));
        }
        if text.action == Action::Redact && when.clauses().any(|clause| matchers.is_class(clause)) {
            return Err(wrong(
                "a classifier judges sentences, it has no place to redact: use flag, rewrite, review or block".into(),
            ));
        }
        if !text.may_override.is_empty() && text.action <= OVERRIDDEN {
            return Err(wrong(
                "it lets everything through already: `may_override` says nothing here".into(),
            ));
        }
        if text.id.is_empty() {
            return Err(wrong("the id is empty: records name rules by it".into()));
        }
        Ok(Self {
            id: text.id.clone(),
            version: text.version,
            category: text.category,
            action: text.action,
            mode: text.mode,
            when,
            may_override: text.may_override.clone(),
            scope: text.scope.clone(),
            valid,
            message: messages(&text.message),
        })
    }

    /// Whether the rule is in force for `scope`, in shadow or not.
    pub(crate) fn applies(&self, scope: &Scope) -> bool {
        let (from, until) = self.valid;
        let ScopeText { tenant, desk, role, modality, hook, lang } = &self.scope;
        self.mode != Mode::Off
            && from.is_none_or(|from| from <= scope.now)
            && until.is_none_or(|until| scope.now < until)
            && allows(tenant.as_ref(), &scope.tenant)
            && allows(desk.as_ref(), &scope.desk)
            && allows(role.as_ref(), &scope.role)
            && allows(modality.as_ref(), &scope.modality)
            && allows(hook.as_ref(), &scope.hook)
            && allows(lang.as_ref(), &scope.language)
    }

    pub(crate) fn is_shadow(&self) -> bool {
        self.mode == Mode::Shadow
    }

    /// Who may take the rule back for one request.
    pub(crate) fn may_override(&self) -> &[Role] {
        &self.may_override
    }

    /// Whether the caller takes it back, and may.
    pub(crate) fn is_overridden(&self, scope: &Scope) -> bool {
        scope.overridden.contains(&self.id) && self.may_override.contains(&scope.role)
    }

    /// What the rule asks for where it is, or is not, taken back.
    pub(crate) fn asks(&self, overridden: bool) -> Action {
        if overridden { self.action.min(OVERRIDDEN) } else { self.action }
    }

    pub(crate) fn message(&self, language: Language) -> &str {
        match language {
            Language::En => &self.message.0,
            Language::Zh => &self.message.1,
        }
    }

    /// A scope that the rule applies to, for its own tests.
    pub(crate) fn example_scope(&self, hook: Option<Hook>) -> Scope {
        let scope = &self.scope;
        Scope {
            tenant: first(scope.tenant.as_ref()).unwrap_or_default(),
            desk: first(scope.desk.as_ref()).unwrap_or_default(),
            role: first(scope.role.as_ref()).unwrap_or(types::Role::Journalist),
            modality: first(scope.modality.as_ref()).unwrap_or(types::Modality::Text),
            hook: hook.or_else(|| first(scope.hook.as_ref())).unwrap_or(Hook::Input),
            language: first(scope.lang.as_ref()).unwrap_or_default(),
            now: self.valid.0.or_else(|| self.valid.1.map(|until| until - 1)).unwrap_or_default(),
            overridden: Vec::new(),
        }
    }
}

fn first<T: Clone>(values: Option<&OneOrMany<T>>) -> Option<T> {
    values.and_then(|values| values.as_slice().first().cloned())
}

fn allows<T: PartialEq>(allowed: Option<&OneOrMany<T>>, value: &T) -> bool {
    allowed.is_none_or(|allowed| allowed.as_slice().contains(value))
}

fn messages(message: &Message) -> (String, String) {
    (message.en.clone(), message.zh.clone().unwrap_or_else(|| message.en.clone()))
}

fn time_of(text: Option<&str>) -> Result<Option<i64>, String> {
    let Some(text) = text else { return Ok(None) };
    let time = OffsetDateTime::parse(text, &Rfc3339)
        .map_err(|_| format!("`{text}` is not a time: write it as 2026-11-01T00:00:00Z"))?;
    Ok(Some(time.unix_timestamp()))
}

fn build_when(rule: &RuleText, matchers: &mut Builder) -> Result<When, String> {
    let WhenText { terms, regex, pii, secrets, classifier, max_len, any, all, within } = &rule.when;
    let own = MatcherText {
        terms: terms.clone(),
        regex: regex.clone(),
        pii: pii.clone(),
        secrets: secrets.clone(),
        classifier: classifier.clone(),
        max_len: *max_len,
    };
    let lists = [!own.is_empty(), !any.is_empty(), !all.is_empty()];
    if lists.iter().filter(|given| **given).count() != 1 {
        return Err(
            "`when` needs exactly one of: its own terms, regex, pii, secrets and classifier; `any`; `all`"
                .into(),
        );
    }
    if within.is_some() && all.len() < 2 {
        return Err(
            "`within` says how near the parts of `all` stand: give `all` at least two parts".into(),
        );
    }
    let hooks: &[Hook] = match &rule.scope.hook {
        _ if rule.mode == Mode::Off => &[],
        Some(hooks) => hooks.as_slice(),
        None => &[Hook::Input, Hook::Output],
    };
    let mut clause = |parts: &[MatcherText]| matchers.clause(parts, hooks);
    let mut clauses = match all.as_slice() {
        [] if any.is_empty() => vec![clause(&[own])?],
        [] => vec![clause(any)?],
        parts => {
            parts.iter().map(|part| clause(std::slice::from_ref(part))).collect::<Result<_, _>>()?
        }
    };
    let first = clauses.remove(0);
    let within = near(*within)?;
    let unless =
        rule.unless.as_ref().map(|unless| build_unless(unless, &mut clause)).transpose()?;
    Ok(When { first, others: clauses, within, unless })
}

fn build_unless(
    unless: &UnlessText,
    clause: &mut impl FnMut(&[MatcherText]) -> Result<ClauseId, String>,
) -> Result<(ClauseId, usize), String> {
    let part = MatcherText {
        terms: unless.terms.clone(),
        regex: unless.regex.clone(),
        max_len: unless.max_len,
        ..MatcherText::default()
    };
    Ok((clause(&[part])?, near(unless.within)?))
}

fn near(within: Option<usize>) -> Result<usize, String> {
    let within = within.unwrap_or(WITHIN);
    if within > WITHIN_MAX {
        return Err(format!(
            "`within` is {within} code points: a stream waits at most {WITHIN_MAX}"
        ));
    }
    Ok(within)
}
